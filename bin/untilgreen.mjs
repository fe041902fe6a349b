#!/usr/bin/env node
// The version is answered from package.json alone: nothing else is loaded for it.
import { existsSync, readFileSync, writeSync } from 'node:fs';

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  writeSync(1, `${JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version}\n`);
} else {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const main = new URL('../dist/cli/main.js', import.meta.url);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`untilgreen: Node ${process.versions.node} is too old. Install Node 20.19 or newer.`);
    process.exitCode = 2;
  } else if (!existsSync(main)) {
    console.error('untilgreen: it is not built yet. Run `npm run build` first.');
    process.exitCode = 2;
  } else {
    const { start } = await import(main.href);
    await start(args);
  }
}
