import { fauxSampler } from '../../models/faux.ts';
import type { HttpModels } from '../../models/client.ts';
import type { AskOptions as Question, Answer } from '../../models/types.ts';

/** What a scripted model knows of one tool: how it specifies, tests and writes it. */
export interface KnownTool {
  /** Requests that it reads as a need for this tool, by a word in them. */
  word: string;
  name: string;
  description: string;
  signature: string;
  parameters: { name: string; type: string; description: string }[];
  returns: string;
  answer: string;
  /** The arguments in a request. */
  read(request: string): Record<string, unknown>;
  examples: [Record<string, unknown>, unknown][];
  hidden: [Record<string, unknown>, unknown][];
  laws: { text: string; expression: string }[];
  /** Implementations, one for each that is asked for, in turn. */
  codes: string[];
  errors?: { when: string; error: string }[];
}

export interface ScriptedModels extends HttpModels {
  /** Schema names of the questions so far, and `sample` for each implementation. */
  readonly asked: string[];
}

/** Other tools are named further down in some questions. */
const subject = (text: string): string => /(?:What it is to do|Tool|Asked|Request): (.*)/.exec(text)?.[1] ?? text;

function toolIn(tools: readonly KnownTool[], text: string): KnownTool | undefined {
  const [about, lower] = [subject(text), subject(text).toLowerCase()];
  return tools.find(({ name, description }) => about.includes(name) || about.includes(description)) ?? tools.find(({ word }) => lower.includes(word.toLowerCase()));
}

/** What a model that knows some tools replies to a question of the ask job, by what it is asked. */
export function scriptedReply(tools: readonly KnownTool[], schema: string, text: string): unknown {
  const tool = toolIn(tools, text);
  if (schema === 'request_needs') {
    if (!tool) return { possible: false, reason: 'not_a_computation', says: 'That is not a computation.', needs: [], answer: '' };
    const request = /Request: (.*)/.exec(text)![1]!;
    const values = Object.entries(tool.read(request)).map(([name, value]) => ({ name, type: tool.parameters.find((one) => one.name === name)!.type, json: JSON.stringify(value), from: null }));
    return { possible: true, reason: null, says: '', answer: '', needs: [{ id: 's1', request, description: tool.description, name: tool.name, values, returns: 'any', examples: [], language: null }] };
  }
  if (!tool) return {};
  const caseOf = ([given, result]: [Record<string, unknown>, unknown]) => ({ arguments: JSON.stringify(given), working: '', result: result === undefined ? null : JSON.stringify(result), refused: result === undefined });
  switch (schema) {
    case 'tool_specification':
      return {
        name: tool.name, description: tool.description, signature: tool.signature, parameters: tool.parameters.map(({ name, description }) => ({ name, description })), returns: tool.returns, errors: tool.errors ?? [],
        answer: tool.answer, examples: tool.examples.map(caseOf), properties: tool.laws, call: JSON.stringify(tool.read(/The request: (.*)/.exec(text)?.[1] ?? '')),
      };
    case 'tool_tests':
      return { cases: tool.hidden.map(caseOf), properties: [] };
    case 'tool_call':
      return { fits: text.includes(`Tool ${tool.name}:`), why: 'scripted', arguments: JSON.stringify(tool.read(/Asked: (.*)/.exec(text)?.[1] ?? '')) };
    case 'tool_cases':
      return { cases: [] };
    case 'tool_more_laws':
      return { properties: [] };
    case 'tool_laws':
      return { laws: [] };
    default: {
      // Which of the tools that are named serves.
      const there = text.includes(`\n${tool.name}: `);
      return { nearest: tool.name, lacks: there ? '' : 'It is another thing.', tool: there ? tool.name : 'none' };
    }
  }
}

/** Implementations of the tool whose head stands first in a prompt, in turn. */
export function scriptedCodes(tools: readonly KnownTool[]): (prompt: string, n: number) => string[] {
  let nth = 0;
  return (prompt, n) => {
    const wanted = /(?:def|function|func) (\w+)/.exec(prompt)?.[1];
    const { codes } = tools.find(({ name }) => name === wanted)!;
    return Array.from({ length: n }, () => `\`\`\`\n${codes[nth++ % codes.length]!}\n\`\`\``);
  };
}

/** A model that answers the questions of the ask job for some tools: many requests may be asked at once. */
export function scriptedModels(tools: readonly KnownTool[]): ScriptedModels {
  const asked: string[] = [];
  const codes = scriptedCodes(tools);
  const sampler = fauxSampler((request) => {
    asked.push(...Array.from({ length: request.n }, () => 'sample'));
    return codes(request.chat.user, request.n);
  }, { model: 'scripted' });
  return {
    asked,
    describe: () => [],
    async ask<T>(options: Question<T>): Promise<Answer<T>> {
      options.signal?.throwIfAborted();
      asked.push(options.schemaName ?? 'text');
      const value = scriptedReply(tools, options.schemaName ?? '', options.messages.map(({ content }) => content).join('\n')) as T;
      return { text: JSON.stringify(value), value: options.schema ? options.schema.parse(value) : value, model: 'scripted', usage: { inputTokens: 10, outputTokens: 10, cachedTokens: 0, cost: undefined }, ms: 1, requests: 1 };
    },
    sampler: () => sampler,
    skip: () => {},
    remaining: () => 0,
    close: async () => {},
  };
}

/** A percentage, written in four ways of which one is wrong. */
export const PERCENTAGE: KnownTool = {
  word: 'percent', name: 'calculate_percentage', description: 'Calculate a percentage of a number.',
  signature: 'def calculate_percentage(percent: float, number: float) -> float:',
  parameters: [{ name: 'percent', type: 'number', description: 'how many percent' }, { name: 'number', type: 'number', description: 'of what' }], returns: 'the part', answer: '{percent} percent of {number} is {result}.',
  read: (request) => { const [percent, number] = (request.match(/-?\d+(\.\d+)?/g) ?? []).map(Number); return { percent: percent ?? 0, number: number ?? 0 }; },
  examples: [[{ percent: 15, number: 300 }, 45], [{ percent: 50, number: 8 }, 4]],
  hidden: [[{ percent: 0, number: 5 }, 0], [{ percent: 100, number: 7 }, 7], [{ percent: 12.5, number: 80 }, 10], [{ percent: -10, number: 50 }, -5], [{ percent: 200, number: 3 }, 6], [{ percent: 10, number: 0 }, 0]],
  laws: [{ text: 'a hundred percent is all of it', expression: 'abs(calculate_percentage(100, number) - number) <= 1e-9 * max(1, abs(number))' }, { text: 'nothing of anything is nothing', expression: 'calculate_percentage(0, number) == 0' }],
  codes: [
    'def calculate_percentage(percent: float, number: float) -> float:\n    """A percentage of a number."""\n    return percent * number / 100',
    'def calculate_percentage(percent: float, number: float) -> float:\n    share = percent / 100\n    return share * number',
    'def calculate_percentage(percent: float, number: float) -> float:\n    return number / 100 * percent',
  ],
};

/** A text the other way round. */
export const REVERSE: KnownTool = {
  word: 'reverse', name: 'reverse_text', description: 'Reverse a text.', signature: 'def reverse_text(text: str) -> str:',
  parameters: [{ name: 'text', type: 'string', description: 'the text' }], returns: 'the text, last letter first', answer: '{result}',
  read: (request) => ({ text: /'([^']*)'/.exec(request)?.[1] ?? '' }),
  examples: [[{ text: 'abc' }, 'cba'], [{ text: '' }, '']],
  hidden: [[{ text: 'a' }, 'a'], [{ text: 'ab' }, 'ba'], [{ text: 'hello world' }, 'dlrow olleh'], [{ text: 'a b' }, 'b a'], [{ text: 'aab' }, 'baa']],
  laws: [{ text: 'twice is the text again', expression: 'reverse_text(reverse_text(text)) == text' }, { text: 'as long as before', expression: 'len(reverse_text(text)) == len(text)' }],
  codes: [
    'def reverse_text(text: str) -> str:\n    return text[::-1]',
    'def reverse_text(text: str) -> str:\n    return "".join(reversed(text))',
    'def reverse_text(text: str) -> str:\n    result = ""\n    for letter in text:\n        result = letter + result\n    return result',
  ],
};

/** In JavaScript, as models write it: not exported. */
export const INITIALS: KnownTool = {
  word: 'initials', name: 'initials_of', description: 'Give the initials of the words of a text.', signature: 'function initials_of(text) {',
  parameters: [{ name: 'text', type: 'string', description: 'the words' }], returns: 'the first letters, upper case', answer: 'The initials are {result}.',
  read: (request) => ({ text: /'([^']*)'/.exec(request)?.[1] ?? '' }),
  examples: [[{ text: 'ada lovelace' }, 'AL'], [{ text: '' }, '']],
  hidden: [[{ text: 'a' }, 'A'], [{ text: '  grace  hopper ' }, 'GH'], [{ text: 'X y Z' }, 'XYZ'], [{ text: 'one two' }, 'OT'], [{ text: 'abc' }, 'A']],
  laws: [{ text: 'upper case', expression: 'initials_of(text) === initials_of(text).toUpperCase()' }, { text: 'no blanks', expression: '!/\\s/.test(initials_of(text))' }],
  codes: [
    'function initials_of(text) {\n  return text.split(/\\s+/).filter((word) => word !== "").map((word) => word[0].toUpperCase()).join("");\n}',
    'function initials_of(text) {\n  let letters = "";\n  for (const word of text.trim().split(/\\s+/)) if (word) letters += word[0].toUpperCase();\n  return letters;\n}',
    'const initials_of = (text) => (text.match(/\\S+/g) ?? []).map((word) => word.charAt(0).toUpperCase()).join("");',
  ],
};
