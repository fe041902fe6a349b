import { spawnSync } from 'node:child_process';
import { systemProgram } from '../programs.ts';

// Whose process it is may read its share of memory; another user needs a capability that containers do not have. Where even the owner
// may not (the process forbade it), the resident size stands in, in pages of 4096 bytes.
const SCRIPT = `
my ($uid, @pids) = @ARGV;
$) = "$uid $uid"; $> = $uid;
my $total = 0;
for my $pid (@pids) {
    my ($file, $share);
    if (open $file, '<', "/proc/$pid/smaps_rollup") { while (<$file>) { $share += $1 if /^Pss:\\s+(\\d+)/ } }
    if (!defined $share && open $file, '<', "/proc/$pid/statm") { $share = (split ' ', <$file>)[1] * 4 }
    $total += $share || 0;
}
print $total * 1024;
`;

/** Proportional bytes of processes of a user that only root may become. Takes as long as a small program: some milliseconds. */
export function proportionalBytesAs(uid: number, pids: readonly number[]): number {
  const { stdout, error } = spawnSync(systemProgram('perl') ?? 'perl', ['-e', SCRIPT, String(uid), ...pids.map(String)], { env: {}, encoding: 'utf8' });
  if (error) throw error;
  return Number(stdout);
}
