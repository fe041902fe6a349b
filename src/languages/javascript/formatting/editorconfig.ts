import type { RelativePath, Workbench } from '../../../workspace/types.ts';
import type { FormatSettings } from './config.ts';
import { globRegExp } from './glob.ts';

/** What the .editorconfig files from the file's folder upwards say of it; the nearer one wins, `root = true` ends the search. */
export async function editorConfigFor(path: RelativePath, bench: Workbench): Promise<FormatSettings> {
  const folders = path.split('/').slice(0, -1);
  const layers: Record<string, string>[] = [];
  for (let depth = folders.length; depth >= 0; depth -= 1) {
    const prefix = folders.slice(0, depth).map((f) => `${f}/`).join('');
    if (!(await bench.exists(`${prefix}.editorconfig`))) continue;
    const source = await bench.readText(`${prefix}.editorconfig`).then((f) => f.text, () => '');
    const { root, properties } = read(source, path.slice(prefix.length));
    layers.unshift(properties);
    if (root) break;
  }
  return settings(Object.assign({}, ...layers) as Record<string, string>);
}

function read(source: string, inner: string): { root: boolean; properties: Record<string, string> } {
  let root = false;
  let applies: boolean | undefined;
  const properties: Record<string, string> = {};
  for (const line of source.split(/\r?\n/)) {
    const section = /^\s*\[(.+)\]\s*$/.exec(line);
    if (section) applies = globRegExp(section[1]!.replace(/^\//, './')).test(inner);
    const pair = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (!pair) continue;
    const [key, value] = [pair[1]!.toLowerCase(), pair[2]!.toLowerCase()];
    if (applies === undefined && key === 'root') root = value === 'true';
    else if (applies) properties[key] = value;
  }
  return { root, properties };
}

function settings(p: Record<string, string>): FormatSettings {
  const out: FormatSettings = {};
  if (p['indent_style'] === 'tab' || p['indent_style'] === 'space') out.useTabs = p['indent_style'] === 'tab';
  const width = Number(p['indent_size'] === 'tab' ? p['tab_width'] : p['indent_size'] ?? p['tab_width']);
  if (Number.isInteger(width) && width > 0) out.tabWidth = width;
  const line = Number(p['max_line_length']);
  if (Number.isInteger(line) && line > 0) out.printWidth = line;
  if (/^(lf|crlf|cr)$/.test(p['end_of_line'] ?? '')) out.endOfLine = p['end_of_line'] as 'lf';
  if (p['insert_final_newline'] === 'false') out.insertFinalNewline = false;
  return out;
}
