// Reading the whole map of a volume, page by page, for those who do not hold it.
import type { Outbox } from '../sim/index.ts';
import { type AuthorityContact, memberAsked } from './authority-contact.ts';
import type { MapEntry, VolumeId } from './map-entry.ts';
import type { Survey, Surveyed } from './messages/surveys.ts';

/** Asks for the next page. */
export function askPage(
  out: Outbox,
  authority: AuthorityContact,
  of: { readonly volume: VolumeId; readonly known: readonly MapEntry[] },
): void {
  const message: Survey = { type: 'survey', volume: of.volume, firstRange: of.known.length };
  out.send(memberAsked(authority), message);
}

/**
 * The entries with those of a page, and whether these are all; null for a page that is not the
 * next. Pages may be of different versions: what is asked by an entry that has changed is refused.
 */
export function withPage(
  of: { readonly volume: VolumeId; readonly known: readonly MapEntry[] },
  page: Surveyed,
): { readonly entries: readonly MapEntry[]; readonly isWhole: boolean } | null {
  if (page.volume !== of.volume || page.firstRange !== of.known.length) return null;
  if (page.entries.length === 0) return null;
  const entries = [...of.known, ...page.entries];
  return { entries, isWhole: entries.length >= page.rangeCount };
}
