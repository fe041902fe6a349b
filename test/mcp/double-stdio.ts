// The protocol over standard streams with quick jobs; its log goes to stderr when it ends.
import { createService } from '../../src/mcp/service.ts';
import { serveStdio } from '../../src/mcp/stdio.ts';
import { double } from './double.ts';

const jobs = double(process.env['ROOT'] ? { roots: [process.env['ROOT']] } : {});
const service = createService(jobs);
await serveStdio(service);
await service.close();
process.stderr.write(`log: ${jobs.log.join('; ')}\n`);
