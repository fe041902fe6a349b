import { spawnSync } from 'node:child_process';
import { systemProgram } from '../programs.ts';

// Whose process it is may look into it; another user, root included, needs a capability that containers do not have. So root becomes that
// user for the look, in a process of its own.
const BECOME = 'my $uid = shift; $) = "$uid $uid"; $> = $uid; die "cannot become $uid\\n" if $> != $uid;';
// Where even the owner may not look (the process forbade it), the resident size stands in, in pages of 4096 bytes.
const SHARES = `
my $total = 0;
for my $pid (@ARGV) {
    my ($file, $share);
    if (open $file, '<', "/proc/$pid/smaps_rollup") { while (<$file>) { $share += $1 if /^Pss:\\s+(\\d+)/ } }
    if (!defined $share && open $file, '<', "/proc/$pid/statm") { $share = (split ' ', <$file>)[1] * 4 }
    $total += $share || 0;
}
print $total * 1024;
`;
const DELETED = `
my ($device, @pids) = @ARGV;
my %bytes;
for my $pid (@pids) {
    opendir my $folder, "/proc/$pid/fd" or next;
    for my $path (map { "/proc/$pid/fd/$_" } grep { !/^\\./ } readdir $folder) {
        next unless (readlink($path) || '') =~ / \\(deleted\\)$/;
        my @file = stat $path or next;
        $bytes{ $file[1] } = $file[12] * 512 if $file[0] == $device && -f _;
    }
}
my $total = 0;
$total += $_ for values %bytes;
print $total;
`;

/** Proportional bytes of processes of a user that only root may become. Takes as long as a small program: some milliseconds. */
export function proportionalBytesAs(uid: number, pids: readonly number[]): number {
  return ask(SHARES, uid, pids);
}

/** Bytes on a device that such processes hold open in files without a name. */
export function deletedBytesAs(uid: number, pids: readonly number[], device: number): number {
  return ask(DELETED, uid, [device, ...pids]);
}

function ask(script: string, uid: number, words: readonly number[]): number {
  const { status, stdout, stderr, error } = spawnSync(systemProgram('perl') ?? 'perl', ['-e', BECOME + script, ...[uid, ...words].map(String)], { env: {}, encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(stderr.trim());
  return Number(stdout);
}
