// What the browser tests share: a browser, people who are signed in, TAP.
// TEST_ADDRESS is the platform, TEST_ACCOUNTS its demo accounts, TEST_RESULTS
// the folder for pictures.
import { chromium } from 'playwright-core'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

export const address = process.env.TEST_ADDRESS
export const results = process.env.TEST_RESULTS ?? '.'
if (!address) {
  console.log('Bail out! TEST_ADDRESS is not set: run ./dev test browser')
  process.exit(1)
}
mkdirSync(results, { recursive: true })

let count = 0
let failed = 0

const comment = text => console.log(String(text).split('\n').slice(0, 12).map(l => `# ${l}`).join('\n'))

// One test; a thrown error is its failure.
export async function test(name, run) {
  count++
  try {
    await run()
    console.log(`ok ${count} - ${name}`)
  } catch (error) {
    failed++
    console.log(`not ok ${count} - ${name}`)
    comment(error?.message ?? error)
  }
}

export function skip(name, why) {
  console.log(`ok ${++count} - ${name} # SKIP ${why}`)
}

export function equal(found, wanted, what = 'value') {
  if (found !== wanted) throw new Error(`${what}: wanted ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`)
}

export function truth(found, what) {
  if (!found) throw new Error(what)
}

const flags = ['--headless=new', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync']
if (process.getuid() === 0) flags.push('--no-sandbox')

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags
})

// Rows of var/demo-accounts.tsv: email, password, role.
export const accounts = (() => {
  try {
    return readFileSync(process.env.TEST_ACCOUNTS, 'utf8').split('\n')
      .map(line => line.split('\t'))
      .filter(cells => cells.length >= 3 && cells[0].includes('@'))
      .map(([email, password, role]) => ({ email, password, role }))
  } catch {
    return []
  }
})()

// A context whose pages note what went wrong in them (context.troubles).
async function contextOf(options) {
  const context = await browser.newContext({ locale: 'en-ZA', ignoreHTTPSErrors: true, ...options })
  context.troubles = []
  context.on('page', page => {
    page.on('console', message => {
      if (message.type() === 'error') context.troubles.push(`console: ${message.text()}`)
    })
    page.on('pageerror', error => context.troubles.push(`script: ${error.message}`))
  })
  return context
}

async function signIn(page, account) {
  await page.goto(`${address}/signin`)
  await page.fill('input[name=email]', account.email)
  await page.fill('input[name=password]', account.password)
  await Promise.all([
    page.waitForURL(url => !url.pathname.startsWith('/signin'), { timeout: 20000 }),
    page.locator('main form:has(input[name=password]) button[type=submit], main form:has(input[name=password]) button:not([type])').first().click()
  ])
}

// The context of somebody who has the role; of a visitor without one.
export async function person(role, options = {}) {
  const context = await contextOf(options)
  if (role) {
    const account = accounts.find(a => a.role.split(',')[0] === role)
    if (!account) throw new Error(`no demo account with the role ${role}`)
    const page = await context.newPage()
    await signIn(page, account)
    await page.close()
  }
  return context
}

// A page of a person by name: a row of the accounts, or its address of mail.
export async function signedIn(who) {
  const account = who.email ? who : accounts.find(a => a.email === who)
  if (!account) throw new Error(`no demo account ${who}`)
  const context = await contextOf({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await signIn(page, account)
  return page
}

// Serious and critical findings of axe, as one text; empty when there are none.
// Its source is evaluated in the page, past the content policy; there are no frames.
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export async function axe(page) {
  await page.evaluate(axeSource)
  const violations = await page.evaluate(async () => {
    // Colours half way between two themes are nobody's; what never ends cannot be finished.
    for (const moving of document.getAnimations())
      if (moving.effect.getComputedTiming().endTime !== Infinity) moving.finish()
    const found = await globalThis.axe.run(document, { resultTypes: ['violations'] })
    return found.violations.map(({ id, impact, help, nodes }) =>
      ({ id, impact, help, targets: nodes.slice(0, 3).map(n => n.target.join(' ')) }))
  })
  return violations.filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => `${v.id} (${v.impact}): ${v.help}\n  ${v.targets.join('\n  ')}`)
    .join('\n')
}

// Pictures are for people: the whole plan takes them.
export async function picture(page, name) {
  if (process.env.BROWSER_PLAN === 'sample') return
  await page.screenshot({ path: `${results}/${name}.png`, fullPage: true })
}

export async function done() {
  console.log(`1..${count}`)
  await browser.close()
  process.exit(failed ? 1 : 0)
}
