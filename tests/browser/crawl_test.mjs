// Every page that a person can come to by links, for each role: it answers, its
// HTML is valid (the Nu checker), and axe finds nothing serious. Then the other
// way round: every page of docs/routes.md has been come to.
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { address, axe, done, equal, person, results, test, truth } from './kit.mjs'

const here = path => fileURLToPath(new URL(path, import.meta.url))
const folder = `${results}/html`
mkdirSync(folder, { recursive: true })

// Pages that no link leads to in the demonstration data, and why.
const unlinked = {
  '/verify': 'a mail leads there with a token',
  '/password/reset/confirm': 'a mail leads there with a token',
  '/verify/again': 'shown until the own address is proven',
  '/teach/imports/:id': 'comes after an import was begun',
  '/admin/payouts/batches/:id': 'comes after a batch was made: market_test',
  '/avatars/:person': 'nobody of the demonstration has a picture', '/media/:hash': 'nor has a lesson',
  '/payments/:id/go': 'between two pages of a payment: payment_test and stripe_test',
  '/payments/:id/pay': 'the same', '/payments/:id/return': 'the same', '/sandbox/pay/:id': 'the same',
  '/me/payment-methods/:id/go': 'the same', '/me/payment-methods/:id/pay': 'the same',
  '/me/payment-methods/:id/return': 'the same'
}

const routes = readFileSync(here('../../docs/routes.md'), 'utf8').split('\n')
  .map(line => line.split('|').map(cell => cell.trim()))
  .filter(cells => cells[1] === 'GET' && cells[3] !== 'only')
  .map(cells => cells[2].replaceAll('`', ''))

const fits = (route, path) => {
  const a = route.split('/'), b = path.split('/')
  return a.length === b.length && a.every((part, i) => part.startsWith(':') || part === b[i])
}
const fixed = route => route.split('/').filter(part => !part.startsWith(':')).length
const routeOf = path => routes.filter(route => fits(route, path)).sort((a, b) => fixed(b) - fixed(a))[0]

const linksOf = html => [...html.matchAll(/<(?:a\s[^>]*?href|img\s[^>]*?src)="(\/[^"#]*)/g)].map(m => m[1].replaceAll('&amp;', '&'))

const reached = new Set()
const looked = new Set()

// One place: its status, its HTML kept for the checker, its links.
async function visit(page, place, file, add) {
  const response = await page.request.get(address + place, { maxRedirects: 0 })
  if ([302, 303].includes(response.status())) {
    const next = new URL(response.headers().location, address)
    if (next.origin === new URL(address).origin) add(next.pathname + next.search, place)
    return false
  }
  equal(response.status(), 200, 'status')
  if (!(response.headers()['content-type'] ?? '').startsWith('text/html')) return false
  const html = await response.text()
  writeFileSync(`${folder}/${file}.html`, html)
  // The mailbox of development shows mails to other people.
  if (!place.startsWith('/mailbox/')) linksOf(html).forEach(link => add(link, place))
  return true
}

// Follows links breadth first, the first two places of each route; what is wrong.
async function crawl(context, role) {
  const page = await context.newPage()
  const queue = ['/']
  const visits = new Map()
  const from = new Map([['/', 'the beginning']])
  const troubles = []
  const add = (link, place) => {
    if (from.has(link)) return
    from.set(link, place)
    queue.push(link)
  }
  while (queue.length) {
    const place = queue.shift()
    const route = routeOf(place.split('?')[0]) ?? (/^\/(static|api)\//.test(place) ? place : null)
    const turn = (visits.get(route) ?? 0) + 1
    if (turn > 2) continue
    visits.set(route, turn)
    reached.add(route)
    try {
      truth(route, 'is no page')
      const file = `${role || 'anonymous'}${place.replace(/[^a-z0-9]+/gi, '-').slice(0, 100)}-${turn}`
      if (!await visit(page, place, file, add) || looked.has(route)) continue
      looked.add(route)
      await page.goto(address + place)
      equal(await axe(page), '', 'axe')
    } catch (error) {
      troubles.push(`${place}, linked from ${from.get(place)}: ${error.message}`)
    }
  }
  return troubles.join('\n')
}

for (const role of ['', 'STUDENT', 'EDUCATOR', 'ADMIN'])
  await test(`every link that ${role || 'a stranger'} is shown leads to a page that axe finds good`, async () => {
    const context = await person(role, { viewport: { width: 1280, height: 900 } })
    try {
      equal(await crawl(context, role), '', 'troubles')
    } finally {
      await context.close()
    }
  })

await test('every page of the route table has been come to', async () => {
  const missed = routes.filter(route => !reached.has(route) && !unlinked[route])
  equal(missed.join('\n'), '', 'pages that no link leads to')
})

await test('the HTML of all of them is valid', async () => {
  const jar = here('node_modules/vnu-jar/build/dist/vnu.jar')
  const run = promisify(execFile)('java', ['-jar', jar, '--errors-only', '--exit-zero-always', '--stdout',
    '--format', 'gnu', folder], { maxBuffer: 64 << 20 })
  const { stdout } = await run
  const kinds = new Map()
  for (const line of stdout.split('\n').filter(Boolean)) {
    const text = line.replace(/^"?[^"]*"?:[0-9.-]+: /, '')
    kinds.set(text, [...(kinds.get(text) ?? []), line.split('"')[1]?.split('/').pop()])
  }
  equal([...kinds].map(([text, files]) => `${text} (${files.length}: ${[...new Set(files)].slice(0, 2)})`).join('\n'), '', 'findings')
})

await done()
