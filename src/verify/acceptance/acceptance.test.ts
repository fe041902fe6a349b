import { describe, expect, test } from 'vitest';
import { projectOf } from '../../languages/python/projects.prop.ts';
import { openSandbox } from '../../sandbox/open.ts';
import { startedApp } from './acceptance.ts';
import { composeFaults } from './compose.ts';
import { dockerfileFaults, instructions } from './dockerfile.ts';

const GOOD = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install \\\n    --no-cache-dir -r requirements.txt\nCOPY app ./app\nEXPOSE 8000\nCMD ["uvicorn", "app.main:app"]\n';
const FILES = ['requirements.txt', 'app/main.py', 'Dockerfile', 'compose.yaml'];

describe('a Dockerfile', () => {
  test('without faults has none', () => {
    expect(dockerfileFaults('Dockerfile', GOOD, FILES)).toEqual([]);
  });

  test('is read with its continuation lines as one instruction', () => {
    expect(instructions(GOOD).map((i) => [i.name, i.line])).toEqual([['FROM', 1], ['WORKDIR', 2], ['COPY', 3], ['RUN', 4], ['COPY', 6], ['EXPOSE', 7], ['CMD', 8]]);
  });

  test.each<[string, string, RegExp, number]>([
    ['an unknown instruction', GOOD.replace('WORKDIR', 'WORKDIRR'), /WORKDIRR/, 2],
    ['an image without a version', GOOD.replace('python:3.12-slim', 'python'), /python has no version/, 1],
    ['the newest version, whatever it is', GOOD.replace('3.12-slim', 'latest'), /python:VERSION/, 1],
    ['a source that is not there', GOOD.replace('COPY app ', 'COPY src '), /src: there is no such file/, 6],
    ['nothing to start', GOOD.replace(/CMD.*\n/, ''), /neither CMD nor ENTRYPOINT/, 1],
    ['no image', 'CMD ["a"]\n', /no FROM|FROM/, 1],
    ['a port that is none', GOOD.replace('8000', 'web'), /web/, 7],
  ])('with %s is told so, with its line', (_title, text, says, line) => {
    expect(dockerfileFaults('Dockerfile', text, FILES)).toContainEqual({ path: 'Dockerfile', line, message: expect.stringMatching(says) });
  });

  test.each([
    ['a stage of its own', 'FROM golang:1.24 AS build\nCOPY . .\nFROM build\nCMD ["/a"]\n'],
    ['what another stage made', 'FROM golang:1.24 AS build\nFROM scratch\nCOPY --from=build /out/a /a\nENTRYPOINT ["/a"]\n'],
    ['a pattern', GOOD.replace('requirements.txt .', 'require*.txt .')],
    ['an image by digest', GOOD.replace('python:3.12-slim', `python@sha256:${'a'.repeat(64)}`)],
  ])('may use %s', (_title, text) => {
    expect(dockerfileFaults('Dockerfile', text, FILES)).toEqual([]);
  });
});

describe('a compose file', () => {
  test.each<[string, string, RegExp | undefined]>([
    ['with a service that is built', 'services:\n  web:\n    build: .\n    ports: ["8000:8000"]\n', undefined],
    ['with an image and a dependency', 'services:\n  web:\n    image: a:1\n    depends_on: [db]\n  db:\n    image: b:2\n', undefined],
    ['that does not parse', 'services:\n  web: [\n', /./],
    ['without services', 'version: "3"\n', /no services/],
    ['with neither image nor build', 'services:\n  web:\n    ports: ["80:80"]\n', /neither image nor build/],
    ['built from a Dockerfile that is not there', 'services:\n  web:\n    build: ./api\n', /api\/Dockerfile, which is not there/],
    ['with a port that is none', 'services:\n  web:\n    image: a:1\n    ports: ["web"]\n', /web is no port mapping/],
    ['that waits for nobody', 'services:\n  web:\n    image: a:1\n    depends_on: [db]\n', /waits for db/],
    ['with an env_file that is not there', 'services:\n  web:\n    image: a:1\n    env_file: .env\n', /needs .env/],
    ['with an empty health check', 'services:\n  web:\n    image: a:1\n    healthcheck:\n      interval: 5s\n', /health check of web has no test/],
  ])('%s', (_title, text, says) => {
    const faults = composeFaults('compose.yaml', text, FILES).map((f) => f.message);
    if (says === undefined) expect(faults).toEqual([]);
    else expect(faults).toContainEqual(expect.stringMatching(says));
  });
});

describe('an app', () => {
  const server = (answer: string) => `require('node:http').createServer((request, response) => { ${answer} }).listen(8123);\n`;
  const forged = `const write = process.stdout.write; process.stdout.write = (text) => write.call(process.stdout, String(text).replace('"answers":[]', '"answers":[{"path":"/","status":200,"body":""}]').replace(/"ended":"[^"]*",/, ''));\n`;
  test.each<[string, string, string, RegExp | undefined]>([
    ['that answers is started with what the image sets', 'ENV WORD=yes\n', server('response.statusCode = process.env.WORD === "yes" ? 200 : 500; response.end()'), undefined],
    ['whose health check fails is not well, whatever else answers', 'HEALTHCHECK CMD curl -f http://localhost:8123/health\n', server('response.statusCode = request.url === "/" ? 200 : 500; response.end()'), /health gave 500/],
    ['that ends with its first answer does not run', '', server('response.end("", () => setTimeout(process.exit, 20))'), /answered, and then/],
    ['cannot speak for what asks it', 'ENV NODE_OPTIONS="--require=./forged.js"\n', 'process.exit(3);\n', /ended with exit 3/],
  ])('%s', async (_title, more, code, says) => {
    const bench = await projectOf({ Dockerfile: `FROM node:20-slim\nWORKDIR /app\nCOPY . .\n${more}EXPOSE 8123\nCMD ["node", "server.js"]\n`, 'server.js': code, 'forged.js': forged });
    const app = (await startedApp(bench, { mounts: [], env: {} }))!;
    const result = app.read(await (await openSandbox({})).run({ ...app.command, workspace: bench.root, mountAt: bench.mountAt }));
    expect(result.outcome).toBe(says ? 'failed' : 'passed');
    if (says) expect(result.message).toMatch(says);
  });
});
