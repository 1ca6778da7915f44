import { writeFileSync } from 'node:fs';
import { renderEnvExample } from './env-example.js';

/** `npm run env-example` writes `.env.example` anew; a test compares the two. */
writeFileSync('.env.example', renderEnvExample());
