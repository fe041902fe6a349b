import { isLoopback } from '../config/trust.ts';
import { UntilgreenError } from '../core/errors.ts';

/** Where a server listens, and what it asks its clients for. */
export interface HttpPlace {
  host: string;
  /** 0: any that is free. */
  port: number;
  /** Asked for as `Authorization: Bearer …`; without it only this machine can connect. */
  token?: string;
}

/** Characters below which a token could be guessed. */
const MIN_TOKEN = 16;

/** Refuses (`usage`) a place that other machines reach without a token, and a token that is too short. */
export function holdHttp({ host, token }: HttpPlace): void {
  if (token !== undefined && token.length < MIN_TOKEN) {
    throw new UntilgreenError('usage', `The token has ${token.length} characters; at least ${MIN_TOKEN} are needed.`, {}, 'Make one with: openssl rand -hex 24');
  }
  if (!isLoopback(host) && token === undefined) {
    throw new UntilgreenError('usage', `--host ${host} lets other machines in, and there is no token.`, { host }, 'Set UNTILGREEN_MCP_TOKEN (or give --token), or leave --host out.');
  }
}
