import { RequestError } from '@agentclientprotocol/sdk';
import { asError, EXIT, type UntilgreenError } from '../core/errors.ts';
import { clean } from './text.ts';

/** Of JSON-RPC: what was asked for cannot be done as it was asked, and what went wrong on this side. */
const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;

/** Any thrown value as an error of the protocol: the message for people, code and facts as data. */
export function toRequestError(thrown: unknown): RequestError {
  if (thrown instanceof RequestError) return thrown;
  const error = asError(thrown);
  return new RequestError(error.exitCode === EXIT.usage ? INVALID_PARAMS : INTERNAL_ERROR, clean(error.message), dataOf(error));
}

function dataOf(error: UntilgreenError): Record<string, unknown> {
  return { ...error.data, code: error.code, exitCode: error.exitCode, ...(error.next !== undefined && { next: error.next }) };
}

/** Something of the request that cannot be taken as it is. */
export function refuse(message: string, data: Record<string, unknown> = {}): RequestError {
  return new RequestError(INVALID_PARAMS, message, { code: 'usage', ...data });
}
