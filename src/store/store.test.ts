import { describe, expect, it } from 'vitest';
import { openDb, openStore } from './store.ts';

describe('opening a store by its address', () => {
  it.each(['mysql://localhost/x', 'postgres://', 'localhost'])('refuses %s as an address', async (url) => {
    await expect(openDb({ url, directory: '' })).rejects.toMatchObject({ code: 'config_invalid' });
  });
  it('says which server it cannot reach, without the password', async () => {
    const error: unknown = await openStore({ url: 'postgres://me:secret@127.0.0.1:1/x', directory: '' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'store_failed', data: { host: '127.0.0.1', port: '1' } });
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});
