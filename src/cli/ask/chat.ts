import { askEvents } from '../../capabilities/ask/events.ts';
import type { AskOptions, Capabilities } from '../../capabilities/interfaces.ts';
import type { AskResult } from '../../capabilities/types.ts';
import { asError, EXIT } from '../../core/errors.ts';
import { anyValue, valueOf } from '../library/values.ts';
import { cancelOnSignal } from '../signals.ts';
import { chooseView, print } from '../terminal.ts';
import { clean, messageLines, oneLine } from '../view/text.ts';
import type { AskFlags } from './grammar.ts';
import { tell } from './tell.ts';

const HELP = `  /tools          the tools of the library
  /why            how the last answer came about
  /wrong VALUE    the last result is wrong; it should have been VALUE (JSON): becomes a test, and the tool is repaired
  /help  /quit`;

/** A conversation: one request after the other. Ctrl-C stops a request, and between two of them ends it. */
export async function converse(capabilities: Capabilities, settings: AskOptions, options: AskFlags): Promise<number> {
  const { isCancel, text } = await import('@clack/prompts');
  process.stderr.write('What is to be worked out? /help shows commands, Ctrl-C or /quit ends.\n');
  let last: AskResult | undefined;
  for (;;) {
    const given = await text({ message: '›', placeholder: 'What is 15 percent of 300?', output: process.stderr });
    if (isCancel(given)) return EXIT.green;
    const line = (given ?? '').trim();
    if (line === '/quit' || line === '/exit') return EXIT.green;
    if (line === '') continue;
    try {
      if (line.startsWith('/')) await command(line, last, capabilities, options);
      else last = await request(line, capabilities, settings, options);
    } catch (thrown) {
      process.stderr.write(`✗ ${messageLines(asError(thrown).message).join('\n  ')}\n`);
    }
  }
}

async function request(line: string, capabilities: Capabilities, settings: AskOptions, options: AskFlags): Promise<AskResult> {
  const result = await watched(line, options, (call) => capabilities.ask(line, { ...settings, ...call }));
  tell(result, options);
  return result;
}

/** Some work with its view; the first Ctrl-C stops the work, not the conversation. */
async function watched<T>(title: string, options: AskFlags, work: (call: Pick<AskOptions, 'signal' | 'emit'>) => Promise<T>): Promise<T> {
  const view = chooseView(options, { request: title });
  const { signal, release } = cancelOnSignal(() => view.pause());
  try {
    return await work({ signal, emit: askEvents((event) => view.event(event)) });
  } finally {
    release();
    view.close();
  }
}

async function command(line: string, last: AskResult | undefined, capabilities: Capabilities, options: AskFlags): Promise<void> {
  const [name] = line.split(/\s+/);
  switch (name) {
    case '/help':
      return print(HELP);
    case '/tools': {
      const { tools } = await capabilities.library.list();
      for (const { tool } of tools) print(`  ${tool.name} ${tool.version}  ${clean(tool.description)}`);
      if (tools.length === 0) print('  none yet; `untilgreen library seed` brings some');
      return;
    }
    case '/why':
      for (const step of last?.steps ?? []) print(`  ${step.tool} ${step.version} ${oneLine(JSON.stringify(step.arguments))} → ${oneLine(step.result.ok ? JSON.stringify(step.result.result) : step.result.message)}`);
      if (!last?.steps.length) print('  nothing was worked out yet');
      return;
    case '/wrong': {
      const step = last?.steps.at(-1);
      if (!step) return print('  nothing was worked out yet');
      const given = line.slice(line.indexOf('/wrong') + '/wrong'.length).trim();
      if (given === '') return print('  say what it should have been: /wrong 45');
      const used = await capabilities.library.read(step.tool);
      const expected = used ? valueOf(given, used.tool.returns, '/wrong') : anyValue(given);
      const made = await watched(line, options, (call) => capabilities.report(step.tool, { arguments: step.arguments, expected }, call));
      return print(made.ok ? `  ${made.tool.name} ${made.tool.version} gives it` : `  ${clean(made.reason)}`);
    }
    default:
      return print(`  there is no command ${name}\n${HELP}`);
  }
}
