// Marks that the kernel itself leaves in the record, beside those of actors.

/** The kernel's marks by name, with what each says. */
export const kernelMarks = {
  'device.power-lost': 'a device lost its power: which blocks it kept and how many it lost',
  'device.reset': 'a device was reset, and lost what its cache held',
  'fault.missed': 'a fault of the plan did not strike, and why',
  'fault.stepped': 'a fault of several steps took its next one',
  log: 'a machine logged a value',
  'message.altered': 'a number in a message was altered on the wires',
} as const satisfies Readonly<Record<string, string>>;
