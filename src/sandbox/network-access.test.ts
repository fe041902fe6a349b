import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { networkAccess } from './network-access.ts';

test('proxies and certificates go in, nothing else does, and a file that is not there is left out', () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'access-')));
  writeFileSync(join(base, 'real.pem'), '');
  symlinkSync('real.pem', join(base, 'ca.pem'));
  const env = { HTTPS_PROXY: 'http://proxy:1', NODE_EXTRA_CA_CERTS: join(base, 'ca.pem'), PIP_CERT: join(base, 'ca.pem'), SSL_CERT_FILE: '/no/such', OPENAI_API_KEY: 'secret', HOME: '/root' };
  expect(networkAccess(env)).toEqual({
    env: { HTTPS_PROXY: 'http://proxy:1', NODE_EXTRA_CA_CERTS: join(base, 'ca.pem'), PIP_CERT: join(base, 'ca.pem') },
    mounts: [{ source: join(base, 'real.pem'), target: join(base, 'ca.pem') }],
  });
  rmSync(base, { recursive: true });
});
