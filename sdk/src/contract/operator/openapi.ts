// The OpenAPI 3.1 document of the operator's API, made from its routes.
import * as ids from '../ids.ts';
import * as money from '../money.ts';
import { describe, type OpenApiDocument, type OpenApiOptions } from '../native/openapi.ts';
import * as party from '../native/party.ts';
import * as payments from '../native/payments.ts';
import * as status from '../native/status.ts';
import * as problems from '../problems.ts';
import * as connections from './connections.ts';
import * as limits from './limits.ts';
import * as participants from './participants.ts';
import { operatorRoutes } from './routes.ts';
import * as scheme from './scheme.ts';

export const operatorDocument = (options: OpenApiOptions = {}): OpenApiDocument =>
  describe(
    {
      title: 'Hutong operator API',
      tags: [{ name: 'operator', description: 'For the institution that runs the scheme' }],
      routes: [['operator', operatorRoutes]],
      modules: [
        ids,
        money,
        problems,
        party,
        payments,
        status,
        participants,
        connections,
        scheme,
        limits,
      ],
    },
    options,
  );
