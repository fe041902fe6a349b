import type { Capability, ToolCase } from '../types.ts';
import { isRecord } from '../../core/record.ts';
import { codeFileName } from './names.ts';
import { lineOf } from './text.ts';
import { testFileOf } from './test-file/test-file.ts';

const SHOWN_EXAMPLES = 5;
/** Whoever knows the tool by its examples wants those that the user or the specification gave. */
const BEST = ['user', 'specification', 'failure', 'agreed', 'hidden'] as const;

/** `SKILL.md`: for people, and for agents that read such files. */
export function skillText(tool: Capability): string {
  const parameters = Object.entries((tool.parameters['properties'] ?? {}) as Record<string, unknown>);
  const required = new Set(Array.isArray(tool.parameters['required']) ? tool.parameters['required'] : []);
  const lines = [
    '---', `name: ${tool.name.replaceAll('_', '-')}`, `description: ${JSON.stringify(tool.description)}`, '---', '',
    `# ${tool.name}`, '', tool.description, '',
    '## How to call it', '',
    `It is the function of \`${codeFileName(tool)}\`; it computes and touches nothing else.`, '',
    `\`\`\`${tool.language}`, tool.signature, '```', '',
    'From the command line:', '', '```sh', `untilgreen library run ${tool.name} --args '${lineOf(exampleOf(tool)?.arguments ?? {}).replaceAll("'", `'\\''`)}'`, '```', '',
    '## Parameters', '',
    ...(parameters.length === 0 ? ['None.'] : parameters.map(([name, schema]) => `- \`${name}\` (${typeOf(schema)}${required.has(name) ? '' : ', may be left out'})${describedBy(schema)}`)), '',
    '## Result', '', `${typeOf(tool.returns)}${describedBy(tool.returns)}. It is said as: ${tool.answer}`, '',
    ...(tool.errors.length === 0 ? [] : ['## What it refuses', '', ...tool.errors.map(({ when, error }) => `- ${when}${error ? ` (\`${error}\`)` : ''}`), '']),
    '## Examples', '',
    ...chosen(tool.cases).map((one) => `- \`${lineOf(one.arguments)}\` ${one.error === undefined ? `gives \`${lineOf(one.result)}\`` : `is refused${one.error === true ? '' : ` with \`${one.error}\``}`}`), '',
    '## Its tests', '', `\`${testFileOf(tool).name}\` holds it to every case of \`cases.json\`; \`evidence.json\` says what else it passed.`,
  ];
  return `${lines.join('\n')}\n`;
}

const chosen = (cases: readonly ToolCase[]): ToolCase[] => cases.toSorted((a, b) => BEST.indexOf(a.from) - BEST.indexOf(b.from)).slice(0, SHOWN_EXAMPLES);
const exampleOf = (tool: Capability): ToolCase | undefined => chosen(tool.cases.filter((one) => one.error === undefined))[0];

/** A schema in a word or a few: `number`, `list of string`, `integer or null`. */
export function typeOf(schema: unknown): string {
  if (!isRecord(schema)) return 'any';
  const { type, items, enum: values, anyOf } = schema;
  if (Array.isArray(values)) return `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  if (Array.isArray(anyOf)) return anyOf.map(typeOf).join(' or ');
  if (Array.isArray(type)) return type.join(' or ');
  if (type === 'array') return items === undefined ? 'list' : `list of ${typeOf(items)}`;
  return typeof type === 'string' ? type : 'any';
}

const describedBy = (schema: unknown): string => (isRecord(schema) && typeof schema['description'] === 'string' ? `: ${schema['description'].replace(/\.$/, '')}` : '');
