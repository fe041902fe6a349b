import { describe, expect, test } from 'vitest';
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
