import { BootError } from './boot-error.js';

/** What the images, the tests and the benchmarks run on. */
const LEAST_NODE = 24;

/**
 * Older versions do for trying out. Production needs one that still gets security fixes.
 * @throws BootError
 */
export function assertNodeIsSupported(isProduction: boolean, version = process.versions.node): void {
  if (isProduction && Number.parseInt(version, 10) < LEAST_NODE)
    throw new BootError(
      `Production needs Node ${LEAST_NODE} or newer, and this is ${version}; ` +
        'use the Docker image, or start with "npm start", which brings its own Node',
    );
}
