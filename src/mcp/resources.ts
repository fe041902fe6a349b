import { ResourceNotFoundError, type Resource, type ResourceTemplateType, type TextResourceContents } from '@modelcontextprotocol/server';
import { readInside } from '../capabilities/library/files.ts';
import { UntilgreenError } from '../core/errors.ts';
import type { Places } from './places.ts';
import { EVIDENCE, isEvidence, readEvidence, runUri, type EvidenceName } from './runs.ts';
import type { McpJobs, Tools } from './types.ts';

/** Runs that are listed; older ones are read by their id. */
const RUNS = 20;
/** Runs that are looked through for them, when those of other directories are left out. */
const LOOK_BACK = 200;

const TEMPLATES: readonly ResourceTemplateType[] = [
  ...Object.entries(EVIDENCE).map(([name, { mimeType, says }]) => ({ uriTemplate: `untilgreen://runs/{id}/${name}`, name: `run-${name}`, description: `Of a run: ${says}.`, mimeType })),
  { uriTemplate: 'untilgreen://tools/{name}', name: 'tool', description: 'How a tool of the library is called, with examples.', mimeType: 'text/markdown' },
  { uriTemplate: 'untilgreen://tools/{name}/evidence', name: 'tool-evidence', description: 'What each gate measured when a tool was admitted.', mimeType: 'application/json' },
];

export interface Resources {
  list(): Promise<Resource[]>;
  templates: readonly ResourceTemplateType[];
  read(uri: string): Promise<TextResourceContents>;
}

/** Receipts of runs in the directories that may be worked on, and the tools of the library with their evidence. */
export function resourcesOf({ library, runs, places }: { library: Tools['library']; runs: McpJobs['runs']; places: Places }): Resources {
  const tool = async (name: string, uri: string) => {
    const entry = await library.read(name);
    if (!entry) throw new ResourceNotFoundError(uri);
    return entry;
  };
  return {
    templates: TEMPLATES,
    async list() {
      const { tools } = await library.list();
      const kept = tools.flatMap(({ tool: { name, version, description }, evidence }): Resource[] => [
        { uri: `untilgreen://tools/${name}`, name: `${name} ${version}`, description, mimeType: 'text/markdown' },
        ...(evidence ? [{ uri: `untilgreen://tools/${name}/evidence`, name: `${name} ${version}, evidence`, mimeType: 'application/json' }] : []),
      ]);
      return [...kept, ...(await listedRuns(runs, places))];
    },
    async read(uri) {
      const [kind, name, what, ...more] = partsOf(uri);
      if (kind === 'tools' && name !== undefined && more.length === 0) {
        if (what === undefined) return { uri, mimeType: 'text/markdown', text: skillOf((await tool(name, uri)).folder, uri) };
        const { evidence } = await tool(name, uri);
        if (what === 'evidence' && evidence) return { uri, mimeType: 'application/json', text: `${JSON.stringify(evidence, null, 2)}\n` };
      }
      if (kind === 'runs' && name !== undefined && what !== undefined && isEvidence(what) && more.length === 0) {
        const text = await ofRun({ runs, places }, name, what);
        if (text !== undefined) return { uri, mimeType: EVIDENCE[what].mimeType, text };
      }
      throw new ResourceNotFoundError(uri);
    },
  };
}

async function listedRuns(runs: McpJobs['runs'], places: Places): Promise<Resource[]> {
  const rows = [];
  for (const row of await runs.history({ limit: LOOK_BACK })) {
    // Only of those that ended is there evidence.
    if (row.status === 'done' && (await places.knows(row.directory))) rows.push(row);
    if (rows.length === RUNS) break;
  }
  return rows.flatMap(({ id, request, outcome }): Resource[] =>
    (Object.keys(EVIDENCE) as EvidenceName[]).map((name) => ({
      uri: runUri(id, name), name: `run ${id}, ${name}`, description: `${outcome ?? 'unfinished'}: ${request}`, mimeType: EVIDENCE[name].mimeType,
    })));
}

/** A run elsewhere is as unknown as one that never was. */
async function ofRun({ runs, places }: { runs: McpJobs['runs']; places: Places }, id: string, name: EvidenceName): Promise<string | undefined> {
  try {
    const { run, folder } = await runs.show(id);
    return (await places.knows(run.directory)) ? await readEvidence(folder, name) : undefined;
  } catch (error) {
    if (error instanceof UntilgreenError && error.code === 'run_unknown') return undefined;
    throw error;
  }
}

/** What lies in the tool's own folder: a link that leads out of it would give any file of the user to whoever asks. */
function skillOf(folder: string, uri: string): string {
  const text = readInside(folder, 'SKILL.md', 'SKILL.md');
  if (text === undefined) throw new ResourceNotFoundError(uri);
  return text;
}

function partsOf(uri: string): string[] {
  const match = /^untilgreen:\/\/([^?#]+)$/.exec(uri);
  try {
    return match?.[1]?.split('/').map(decodeURIComponent) ?? [];
  } catch {
    // A broken escape names nothing.
    return [];
  }
}
