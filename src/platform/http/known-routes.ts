import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '../errors/index.js';
import { sendProblem } from './problem.filter.js';

/** Of a path's parameters; the router knows no address with a longer one. */
export const MAX_PARAM_LENGTH = 200;

interface KnownRoute {
  pattern: RegExp;
  methods: Set<string>;
}

/** Tells a wrong method from a wrong address, which Fastify's router does not. */
export class KnownRoutes {
  private readonly routes = new Map<string, KnownRoute>();

  /** Before the routes are registered. */
  constructor(server: FastifyInstance) {
    server.addHook('onRoute', ({ url, method }) => {
      if (url.includes('*')) return;
      const route = this.routes.get(url) ?? { pattern: patternOf(url), methods: new Set() };
      for (const name of [method].flat()) route.methods.add(name);
      this.routes.set(url, route);
    });
    server.addHook('onRequest', (request, reply, done) => {
      if (request.is404 ? this.methodsOf(request).length > 0 : this.isForAnother(request))
        this.refuse(request, reply);
      else done();
    });
  }

  /** 405 where another method would do, else 404. */
  refuse(request: FastifyRequest, reply: FastifyReply): void {
    const methods = this.methodsOf(request);
    if (methods.length > 0) void reply.header('Allow', methods.join(', '));
    const error = methods.length > 0 ? commonErrors.METHOD_NOT_ALLOWED() : commonErrors.ROUTE_NOT_FOUND();
    sendProblem(reply, error, request.url);
  }

  /** The router tries `PUT /events/:id` for `PUT /events/defaults`; that address is a route of its own, and has no PUT. */
  private isForAnother(request: FastifyRequest): boolean {
    const own = this.routes.get(pathOf(request));
    if (!own || own.methods.has(request.method)) return false;
    return request.routeOptions.url?.includes(':') === true;
  }

  private methodsOf(request: FastifyRequest): string[] {
    const path = pathOf(request);
    const own = this.routes.get(path);
    if (own) return [...own.methods];
    const methods = [...this.routes.values()].flatMap((route) =>
      matches(route.pattern, path) ? [...route.methods] : [],
    );
    return [...new Set(methods)];
  }
}

const pathOf = ({ url }: FastifyRequest) => url.split('?', 1)[0] as string;

function matches(pattern: RegExp, path: string): boolean {
  const parameters = pattern.exec(path)?.slice(1);
  return parameters?.every((parameter) => decodedLength(parameter) <= MAX_PARAM_LENGTH) === true;
}

function decodedLength(parameter: string): number {
  try {
    return decodeURIComponent(parameter).length;
  } catch {
    return parameter.length;
  }
}

/** `/events/:id` as a regular expression. */
function patternOf(route: string): RegExp {
  const escaped = route.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:\w+/g, '([^/]+)')}$`);
}
