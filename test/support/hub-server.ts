import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A hub as Hugging Face's: an API that lists files, addresses that lead on to a storage of another origin, and gated repositories. */
export interface HubOptions {
  /** Files by repository (`owner/name`) and path. */
  repositories: Record<string, Record<string, Buffer>>;
  /** Repositories that want this token. */
  gated?: { repositories: string[]; token: string };
  /** The API answers 404, as a plain mirror's does. */
  noApi?: boolean;
  storage?: StorageOptions;
}

export interface StorageOptions {
  /** Connections are cut after so many bytes of the body, one after the other; then none is. */
  cuts?: number[];
  /** `Range` is not understood: the whole comes every time. */
  noRanges?: boolean;
  /** No entity tag, and none named by the hub. */
  noTags?: boolean;
  /** A byte of the body is another. */
  spoiled?: boolean;
  /** What the length is said to be. */
  claims?: number;
  /** Answers before the first that is right. */
  statuses?: number[];
  /** Waits before each piece, so that there is time to stop it. */
  pieceMs?: number;
}

export interface Seen {
  origin: 'hub' | 'storage';
  path: string;
  range: string | undefined;
  ifRange: string | undefined;
  authorization: string | undefined;
}

export interface HubServer {
  url: string;
  /** Files straight from the storage: `storage + '/owner/name/file'`. */
  storage: string;
  seen: Seen[];
  /** Changed between commands to change what is served. */
  options: HubOptions;
  close(): Promise<void>;
}

const shaOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

export async function startHub(options: HubOptions): Promise<HubServer> {
  const seen: Seen[] = [];
  const note = (origin: Seen['origin'], request: IncomingMessage) => seen.push({ origin, path: request.url ?? '', range: request.headers.range, ifRange: request.headers['if-range'] as string | undefined, authorization: request.headers.authorization });
  const storage = await listen((request, response) => {
    note('storage', request);
    const [owner, name, ...rest] = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname).slice(1).split('/');
    const content = options.repositories[`${owner}/${name}`]?.[rest.join('/')];
    if (!content) return void response.writeHead(404).end('no such file');
    void serve(content, options.storage ?? {}, request, response);
  });
  const hub = await listen((request, response) => {
    note('hub', request);
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const repository = /^\/(?:api\/models\/)?([^/]+\/[^/]+)/.exec(path)?.[1] ?? '';
    const files = options.repositories[repository];
    const refuse = (status: number, code: string, said: string) => void response.writeHead(status, { 'x-error-code': code, 'x-error-message': said }).end(JSON.stringify({ error: said }));
    if (!files) return refuse(401, 'RepoNotFound', 'Invalid username or password.');
    if (path.startsWith('/api/')) {
      if (options.noApi) return refuse(404, 'EntryNotFound', 'no API here');
      const list = Object.entries(files).map(([name, content]) => ({ type: 'file', path: name, size: content.length, oid: 'f'.repeat(40), ...(options.storage?.noTags ? {} : { lfs: { oid: shaOf(content), size: content.length, pointerSize: 130 } }) }));
      // Two pages, as large repositories have them.
      const cursor = new URL(request.url ?? '/', 'http://x').searchParams.get('cursor');
      const half = Math.ceil(list.length / 2);
      if (cursor === null && list.length > 1) return void response.writeHead(200, { link: `<${hubUrl()}/api/models/${repository}/tree/main?recursive=true&cursor=2>; rel="next"` }).end(JSON.stringify(list.slice(0, half)));
      return void response.writeHead(200).end(JSON.stringify(cursor === null ? list : list.slice(half)));
    }
    if (options.gated?.repositories.includes(repository) && request.headers.authorization !== `Bearer ${options.gated.token}`) {
      return refuse(request.headers.authorization ? 403 : 401, 'GatedRepo', `Access to model ${repository} is restricted.`);
    }
    const name = path.replace(new RegExp(`^/${repository}/resolve/main/`), '');
    const content = files[name];
    if (!content) return refuse(404, 'EntryNotFound', 'Entry not found');
    response.writeHead(302, { location: `${storageUrl()}/${repository}/${name}?signature=x`, ...(options.storage?.noTags ? {} : { 'x-linked-etag': `"${shaOf(content)}"`, 'x-linked-size': String(content.length) }) }).end();
  });
  const hubUrl = () => `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
  // Another name of the loopback: another origin.
  const storageUrl = () => `http://localhost:${(storage.address() as AddressInfo).port}`;
  return {
    url: hubUrl(), storage: storageUrl(), seen, options,
    close: async () => {
      for (const server of [hub, storage]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

async function serve(content: Buffer, options: StorageOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const status = options.statuses?.shift();
  if (status !== undefined) return void response.writeHead(status).end('busy');
  const etag = `"${shaOf(content).slice(0, 32)}"`;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const same = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const partial = from > 0 && same && !options.noRanges;
  if (partial && from >= content.length) return void response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
  const body = Buffer.from(partial ? content.subarray(from) : content);
  if (options.spoiled) body[body.length - 1] = (body[body.length - 1] ?? 0) ^ 1;
  response.writeHead(partial ? 206 : 200, {
    'content-length': options.claims ?? body.length, ...(options.noTags ? {} : { etag }), ...(partial ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  const cut = options.cuts?.shift();
  const upTo = cut ?? body.length;
  for (let at = 0; at < upTo; at += 65_536) {
    if (options.pieceMs) await new Promise((resolve) => setTimeout(resolve, options.pieceMs));
    if (!response.write(body.subarray(at, Math.min(upTo, at + 65_536))) && !response.destroyed) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    if (response.destroyed) return;
  }
  if (cut === undefined) response.end();
  // What was written is sent first, so that the part has a length.
  else setTimeout(() => response.socket?.destroy(), 50);
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
