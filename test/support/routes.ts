import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export interface Route {
  method: string;
  /** With parameters as `:name`. */
  path: string;
}

/**
 * Every route of the running router itself, so that a route nobody thought of is in the list too. Fastify
 * tells them only as a drawing: one path segment a line, four columns deeper for each level.
 */
export function registeredRoutes(app: NestFastifyApplication): Route[] {
  const drawing: string = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const routes: Route[] = [];
  const branch: string[] = [];
  for (const line of drawing.split('\n').filter(Boolean)) {
    const [, indent = '', segment = '', methods = ''] =
      /^([\s│]*)[├└]── (.*?)(?: \(([A-Z, -]+)\))?$/.exec(line) ?? [];
    branch.length = indent.length / 4;
    branch.push(segment);
    const path = branch.join('');
    for (const method of methods.split(', ').filter(Boolean)) routes.push({ method, path });
  }
  return routes;
}
