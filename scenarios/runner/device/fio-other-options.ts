// The options of fio 3.33 beside those that are read, from `fio --cmdhelp=all`: a name that is in
// none of the lists is a mistake of whoever wrote it.

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** They change the load in a way that is not imitated: a job that has one would be another. */
export const fioUnreadOptions = wordsOf(`
  blockalign blocksize_range iodepth_batch_submit iodepth_batch_complete start_delay
  wait_for ba bsrange bs_unaligned rw_sequencer iodepth_batch iodepth_batch_complete_min
  iodepth_batch_complete_max iodepth_low serialize_overlap io_submit_mode fill_device
  file_append offset_increment offset_align percentage_random nrfiles file_service_type
  openfiles write_barrier sync_file_range atomic startdelay verify_only verify do_verify
  verify_backlog verify_backlog_batch experimental_verify trim_percentage trim_verify_zero
  trim_backlog trim_backlog_batch read_iolog read_iolog_chunked replay_no_stall replay_redirect
  replay_scale replay_align replay_time_scale replay_skip merge_blktrace_file
  merge_blktrace_scalars merge_blktrace_iters zonemode zonesize zonecapacity zonerange zoneskip
  read_beyond_wp max_open_zones job_max_open_zones ignore_zone_limits zone_reset_threshold
  zone_reset_frequency thinktime_spin thinktime_blocks_type thinktime_iotime rate rate_min
  rate_process rate_cycle rate_ignore_thinktime rate_iops_min max_latency latency_target
  latency_window latency_percentile latency_run end_fsync fsync_on_close exitall exit_what
  profile flow_id flow flow_sleep steadystate steadystate_duration steadystate_ramp_time
`);

/** Those of engines: how requests reach the kernel, or a remote store. */
const engineOptions = `
  hipri fixedbufs registerfiles sqthread_poll sqthread_poll_cpu nonvectored uncached nowait
  userspace_reap libaio_vectored clustername rbdname pool clientname busy_poll
`;

/** They say how fio runs, verifies and reports, or where the file lies: nothing of the load. */
export const fioIgnoredOptions = wordsOf(`
  description name filename lockfile directory filename_format unique_filename opendir
  randrepeat norandommap ignore_error ioengine filesize random_generator allrandrepeat
  fallocate fadvise_hint overwrite clocksource mem verify_interval verify_offset verify_pattern
  verify_fatal verify_dump verify_async verify_state_load verify_state_save write_iolog
  exec_prerun exec_postrun ioscheduler lockmem nice prio prioclass invalidate write_hint
  create_serialize create_fsync create_on_open create_only allow_file_create
  allow_mounted_write pre_read cpumask cpus_allowed cpus_allowed_policy numa_cpu_nodes
  numa_mem_policy unlink unlink_each_loop exitall_on_error new_group thread per_job_logs
  write_bw_log bwavgtime write_lat_log write_iops_log iopsavgtime log_entries log_avg_msec
  log_hist_msec log_hist_coarseness write_hist_log log_max_value log_offset log_prio
  log_compression log_compression_cpus log_store_compressed log_unix_epoch log_alternate_epoch
  log_alternate_epoch_clock_id block_error_percentiles group_reporting stats zero_buffers
  refill_buffers scramble_buffers buffer_pattern buffer_compress_percentage
  buffer_compress_chunk dedupe_percentage dedupe_mode dedupe_working_set_percentage
  dedupe_global clat_percentiles lat_percentiles slat_percentiles percentile_list
  significant_figures disk_util gtod_reduce disable_lat disable_clat disable_slat
  disable_bw_measurement gtod_cpu unified_rw_reporting continue_on_error error_dump cgroup
  cgroup_nodelete cgroup_weight uid gid unit_base hugepage-size
  ${engineOptions}
`);
