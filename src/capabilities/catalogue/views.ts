import { isRecord } from '../../core/record.ts';
import type { Capability } from '../types.ts';
import { spoken } from './words.ts';

/** The sides from which a tool is looked at. */
export const VIEW_KINDS = ['description', 'name', 'request', 'signature'] as const;
export type ViewKind = (typeof VIEW_KINDS)[number];

export interface View {
  kind: ViewKind;
  position: number;
  text: string;
}

// Parameters described at length would drown what the tool does.
const MOST_CHARS = 400;

/** The texts by which a tool is found: what it does, what it is called, what it was asked for, what it takes. */
export function viewsOf(tool: Pick<Capability, 'name' | 'aliases' | 'description' | 'requests' | 'parameters'>): View[] {
  const texts: Record<ViewKind, string[]> = {
    description: [tool.description],
    name: [tool.name, ...tool.aliases].map(spoken),
    request: tool.requests,
    signature: [signatureText(tool)],
  };
  return VIEW_KINDS.flatMap((kind) => texts[kind].map((text, position) => ({ kind, position, text: text.slice(0, MOST_CHARS) })));
}

function signatureText({ name, parameters }: Pick<Capability, 'name' | 'parameters'>): string {
  const properties = isRecord(parameters['properties']) ? parameters['properties'] : {};
  const each = Object.entries(properties).map(([parameter, schema]) => {
    const said = isRecord(schema) && typeof schema['description'] === 'string' ? `: ${schema['description']}` : '';
    return spoken(parameter) + said;
  });
  return `${spoken(name)} (${each.join('; ')})`;
}
