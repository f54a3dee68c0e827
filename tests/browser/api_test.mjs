// The description of the API against a linter of OpenAPI documents, and every
// operation of it that reads against what it describes: for a stranger, and for an
// administrator.
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { address, done, equal, person, test, truth } from './kit.mjs'

const place = `${address}/api/v1/openapi.json`
const source = await (await fetch(place)).text()
const description = JSON.parse(source)

const lint = async text => (await lintFromString({
  source: text, absoluteRef: 'openapi.json', config: await createConfig({ extends: ['recommended'] })
})).map(p => `${p.ruleId}: ${p.message} ${p.location?.[0]?.pointer ?? ''}`)

await test('a linter finds nothing wrong with the document', async () => {
  equal(description.openapi, '3.1.0', 'version')
  equal((await lint(source)).join('\n'), '', 'findings')
})

await test('the linter sees when an operation has no name', async () => {
  const broken = structuredClone(description)
  broken.paths['/courses'].get.operationId = broken.paths['/home'].get.operationId
  truth((await lint(JSON.stringify(broken))).length > 0, 'two operations with one name were not found')
})

// Whole addresses that read, with what they need beside the session.
const reads = Object.entries(description.paths)
  .filter(([path, operations]) => operations.get && !path.includes('{'))
  .map(([path, { get }]) => ({
    path, open: get.security?.length === 0, answers: Object.keys(get.responses),
    needs: (get.parameters ?? []).some(p => p.required)
  }))

function declared(operation, response, body) {
  const status = String(response.status())
  truth(operation.answers.includes(status), `${status} is not among ${operation.answers.join(', ')}`)
  if (status === '200') {
    truth(response.headers()['content-type'].startsWith('application/json'), response.headers()['content-type'])
    truth(body && typeof body === 'object', 'no object')
  } else {
    equal(response.headers()['content-type'].split(';')[0], 'application/problem+json', 'type')
    equal(body.status, Number(status), 'status in the problem')
    truth(body.code && body.requestId && body.title, 'code, requestId or title is missing')
  }
}

async function ask(context, operation) {
  const response = await context.request.get(`${address}/api/v1${operation.path}`, { maxRedirects: 0 })
  declared(operation, response, await response.json())
  return response.status()
}

const stranger = await person('')
for (const operation of reads) {
  await test(`GET ${operation.path}: a stranger is ${operation.open ? 'answered' : 'asked to sign in'}`, async () => {
    const status = await ask(stranger, operation)
    equal(status, operation.open ? (operation.needs ? 422 : 200) : 401, 'status')
  })
}

const administrator = await person('ADMIN')
for (const operation of reads.filter(o => !o.open)) {
  await test(`GET ${operation.path}: an administrator gets what is described`, async () => {
    const status = await ask(administrator, operation)
    truth([200, 403, 422].includes(status), `status ${status}`)
    if (operation.path.startsWith('/admin') && !operation.needs) equal(status, 200, 'status')
  })
}

await test('an address that is not described answers a problem', async () => {
  const response = await stranger.request.get(`${address}/api/v1/no/such/thing`)
  equal(response.status(), 404, 'status')
  equal((await response.json()).code, 'not_found', 'code')
})

await done()
