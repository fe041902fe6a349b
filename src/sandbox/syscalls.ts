/** System call numbers the filter names, from the kernel's `unistd` tables (x86-64: `syscall_64.tbl`; arm64: `asm-generic/unistd.h`). */

export type FilterArch = 'x64' | 'arm64';

/** `AUDIT_ARCH_X86_64` and `AUDIT_ARCH_AARCH64` of `linux/audit.h`. */
export const AUDIT_ARCH: Record<FilterArch, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** Numbers from 424 on are the same on every architecture. */
const common = {
  io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427,
  open_tree: 428, move_mount: 429, fsopen: 430, fsconfig: 431, fsmount: 432, fspick: 433,
  clone3: 435, openat2: 437, pidfd_getfd: 438, mount_setattr: 442, quotactl_fd: 443, memfd_secret: 447,
  fchmodat2: 452, open_tree_attr: 467,
};

export const SYSCALL: Record<FilterArch, Readonly<Record<string, number>>> = {
  x64: {
    ...common,
    open: 2, ioctl: 16, shmget: 29, shmat: 30, socket: 41, socketpair: 53, clone: 56, semget: 64, semop: 65, semctl: 66, msgget: 68, msgsnd: 69,
    msgrcv: 70, msgctl: 71, creat: 85, chmod: 90, fchmod: 91,
    ptrace: 101, syslog: 103, mknod: 133, vhangup: 153, modify_ldt: 154, pivot_root: 155, setpriority: 141, sched_setparam: 142, sched_setscheduler: 144, adjtimex: 159,
    chroot: 161, acct: 163, settimeofday: 164, mount: 165, umount2: 166, swapon: 167, swapoff: 168, reboot: 169,
    sethostname: 170, setdomainname: 171, iopl: 172, ioperm: 173, init_module: 175, delete_module: 176, quotactl: 179,
    nfsservctl: 180, lookup_dcookie: 212, sched_setaffinity: 203, semtimedop: 220, clock_settime: 227, mq_open: 240, kexec_load: 246, add_key: 248, request_key: 249, keyctl: 250,
    ioprio_set: 251, openat: 257, mknodat: 259, fchmodat: 268, unshare: 272, perf_event_open: 298, fanotify_init: 300, fanotify_mark: 301,
    open_by_handle_at: 304, clock_adjtime: 305, setns: 308, process_vm_readv: 310, process_vm_writev: 311, kcmp: 312,
    prlimit64: 302, finit_module: 313, sched_setattr: 314, memfd_create: 319, kexec_file_load: 320, bpf: 321, userfaultfd: 323,
  },
  arm64: {
    ...common,
    lookup_dcookie: 18, ioctl: 29, ioprio_set: 30, mknodat: 33, umount2: 39, mount: 40, pivot_root: 41, nfsservctl: 42, chroot: 51,
    fchmod: 52, fchmodat: 53, openat: 56, vhangup: 58, quotactl: 60, acct: 89, unshare: 97, kexec_load: 104,
    init_module: 105, delete_module: 106, clock_settime: 112, syslog: 116, ptrace: 117, sched_setparam: 118, sched_setscheduler: 119, sched_setaffinity: 122, setpriority: 140, reboot: 142, sethostname: 161,
    setdomainname: 162, settimeofday: 170, adjtimex: 171, mq_open: 180, msgget: 186,
    msgctl: 187, msgrcv: 188, msgsnd: 189, semget: 190, semctl: 191, semtimedop: 192, semop: 193, shmget: 194, shmat: 196, socket: 198, socketpair: 199, add_key: 217,
    request_key: 218, keyctl: 219, clone: 220, swapon: 224, swapoff: 225, perf_event_open: 241, fanotify_init: 262,
    fanotify_mark: 263, open_by_handle_at: 265, prlimit64: 261, clock_adjtime: 266, setns: 268, process_vm_readv: 270,
    process_vm_writev: 271, kcmp: 272, finit_module: 273, sched_setattr: 274, memfd_create: 279, bpf: 280, userfaultfd: 282, kexec_file_load: 294,
  },
};

/** Refused with EPERM: tracing, keys, mounts, modules, clocks, namespaces, and what reaches files past the mount table. */
export const DENIED = [
  'ptrace', 'process_vm_readv', 'process_vm_writev', 'kcmp', 'pidfd_getfd', 'add_key', 'request_key', 'keyctl', 'bpf',
  'perf_event_open', 'mount', 'umount2', 'pivot_root', 'chroot', 'open_tree', 'move_mount', 'fsopen', 'fsconfig', 'fsmount',
  'fspick', 'mount_setattr', 'open_tree_attr', 'swapon', 'swapoff', 'reboot', 'sethostname', 'setdomainname', 'init_module',
  'delete_module', 'finit_module', 'kexec_load', 'kexec_file_load', 'unshare', 'setns', 'userfaultfd', 'quotactl',
  'quotactl_fd', 'acct', 'open_by_handle_at', 'fanotify_init', 'fanotify_mark', 'lookup_dcookie', 'syslog', 'settimeofday',
  'clock_settime', 'adjtimex', 'clock_adjtime', 'iopl', 'ioperm', 'modify_ldt', 'vhangup', 'nfsservctl', 'memfd_secret',
] as const;

/**
 * Answered with ENOSYS, so that the C library falls back: io_uring makes sockets without `socket()`; the arguments of
 * clone3 and openat2 lie behind pointers that a filter cannot read.
 */
export const ABSENT = ['io_uring_setup', 'io_uring_enter', 'io_uring_register', 'clone3', 'openat2'] as const;
