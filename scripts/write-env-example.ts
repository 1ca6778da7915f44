import { writeFileSync } from 'node:fs';
import { renderEnvExample } from '../dist/config/env-example.js';

writeFileSync('.env.example', renderEnvExample());
