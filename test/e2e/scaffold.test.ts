import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, plan, reflection } from '../support/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());

const APP = (port: string) => `import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


def greeting():
    return {"message": "hello"}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(greeting()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", ${port}), Handler).serve_forever()
`;
const TEST = 'from app import greeting\n\n\ndef test_greets():\n    assert greeting() == {"message": "hello"}\n';
const DOCKERFILE = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY app.py .\nEXPOSE 8000\nCMD ["python", "app.py"]\n';
const files = (dockerfile: string, port: string) => [
  ['create_file', { path: 'app.py', content: APP(port) }],
  ['create_file', { path: 'test_app.py', content: TEST }],
  ['create_file', { path: 'Dockerfile', content: dockerfile }],
  ['create_file', { path: 'compose.yaml', content: 'services:\n  web:\n    build: .\n    ports: ["8000:8000"]\n' }],
] as Parameters<typeof plan>;
const REQUEST = 'a dockerized web app that greets';

describe('a project made from nothing', () => {
  it('is green when its tests pass, its Dockerfile and compose file are sound, and the app answers', async () => {
    const directory = await lab.project({});
    const { outcome, named } = await lab.play({ directory, request: REQUEST }, [plan(...files(DOCKERFILE, 'int(os.environ["PORT"])'))]);
    expect(outcome).toMatchObject({ outcome: 'green', exitCode: 0, iterations: 1 });
    expect(named('check_finished').map((e) => [e.data['check'], e.data['status']])).toEqual(expect.arrayContaining([['Dockerfile', 'passed'], ['compose.yaml', 'passed'], ['the app answers', 'passed']]));
    expect(await readFile(join(outcome.folder, 'report.md'), 'utf8')).toContain('the app answers');
  });

  it.each<[string, string, string, string]>([
    ['copies what is not there', DOCKERFILE.replace('COPY app.py', 'COPY src'), '8000', 'src: there is no such file'],
    ['starts a program that ends at once', DOCKERFILE.replace('app.py"]', 'missing.py"]'), '8000', 'exit 2'],
  ])('is not green when it %s; the planner is told why', { timeout: 180_000 }, async (_title, dockerfile, port, says) => {
    const directory = await lab.project({});
    const mended = plan(['file_write', { path: 'Dockerfile', content: DOCKERFILE }]);
    const { outcome, requests } = await lab.play({ directory, request: REQUEST }, [plan(...files(dockerfile, port)), reflection(), mended]);
    expect(outcome).toMatchObject({ outcome: 'green', iterations: 2 });
    expect(JSON.stringify(requests[2]!.body)).toMatch(new RegExp(says));
  });
});
