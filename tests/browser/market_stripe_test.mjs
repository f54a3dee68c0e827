// A course from its first line to its refund, paid at Stripe: an educator lists it (what is missing
// is said, a second one of the same title is refused), a learner buys it with a coupon through the
// redirect to Checkout, gets receipt and access, and half of the price back. Stripe is the stand-in
// that stripe_test.mjs checks with Stripe's own tools; the platform is told to use it, and told back.
import { execFile, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { accounts, address, axe, browser, done, equal, picture, test, truth } from './kit.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const state = dirname(process.env.TEST_ACCOUNTS)
const local = join(state, 'local.conf')
const before = existsSync(local) ? readFileSync(local, 'utf8') : ''
const mark = Date.now() % 1000000
const title = `Weaving for Beginners ${mark}`
const code = `WEAVE${mark}`
const secret = 'whsec_story'

// ---- the stand-in, and the platform that uses it ---------------------------------------------

const freePort = () => new Promise(resolve => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})
const port = await freePort()
const standin = spawn('perl', [join(root, 'tests/standin/stripe.pl'), '--port', port, '--secret', secret,
  '--webhook', `${address}/api/v1/webhooks/stripe`], { stdio: ['ignore', 'pipe', 'inherit'] })
await new Promise(resolve => standin.stdout.once('data', resolve))

function reload (text) {
  writeFileSync(local, text)
  return new Promise((resolve, reject) => execFile(join(root, 'dev'), ['reload'],
    { env: { ...process.env, DEV_STATE: state }, timeout: 240000 },
    (error, out, err) => error ? reject(new Error(`${out}${err}`)) : resolve()))
}
const files = mkdtempSync(join(tmpdir(), 'story-'))
chmodSync(files, 0o755)
writeFileSync(join(files, 'key'), 'sk_test_story\n', { mode: 0o644 })
writeFileSync(join(files, 'secret'), `${secret}\n`, { mode: 0o644 })
await reload(`${before}
payment.providers = *:stripe
payment.stripe.url = http://127.0.0.1:${port}
payment.stripe.key_file = ${files}/key
payment.stripe.webhook_secret_file = ${files}/secret
`)

async function signedIn (email) {
  const account = accounts.find(a => a.email === email)
  const context = await browser.newContext({ locale: 'en-ZA', ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await page.goto(`${address}/signin`)
  await page.fill('input[name=email]', account.email)
  await page.fill('input[name=password]', account.password)
  await Promise.all([page.waitForURL(url => !url.pathname.startsWith('/signin'), { timeout: 20000 }),
    page.locator('main form:has(input[name=password]) button').last().click()])
  return page
}
const press = (page, selector) => Promise.all([page.waitForLoadState('load'), page.locator(selector).first().click()])
const says = (page, text) => page.getByText(text).first().waitFor({ state: 'attached', timeout: 15000 })
  .catch(() => { throw new Error(`"${text}" is not said on ${page.url()}`) })
async function looksGood (page, name) {
  await picture(page, `market-stripe-${name}`)
  equal(await axe(page), '', `axe on ${page.url()}`)
}
// Until the condition holds, loading the page anew.
async function until (page, path, what, condition) {
  for (let i = 0; i < 60; i++) {
    await page.goto(address + path)
    if (await condition()) return
  }
  throw new Error(`waited in vain for ${what}`)
}

const educator = await signedIn('educator1@azora.world')
const learner = await signedIn('carol.white@azora.world')
let editor, course, purchase

// ---- listing ------------------------------------------------------------------------------------

await test('an educator begins a course; another one of that title is refused beside it', async () => {
  await educator.goto(`${address}/teach`)
  await educator.fill('form[action="/teach/courses"] input[name=title]', title)
  await press(educator, 'form[action="/teach/courses"] button.primary')
  editor = new URL(educator.url()).pathname
  truth(/^\/teach\/courses\/weaving-for-beginners/.test(editor), `editor at ${editor}`)
  await educator.goto(`${address}/teach`)
  await educator.fill('form[action="/teach/courses"] input[name=title]', title.toUpperCase())
  await press(educator, 'form[action="/teach/courses"] button.primary')
  await says(educator, 'You have a course of this title already.')
  equal(await educator.locator('input[name=title][aria-invalid=true]').count(), 1, 'marked fields')
})

await test('gives it price, level and category; what is missing for its publication is said', async () => {
  await educator.goto(address + editor)
  await says(educator, 'A summary')
  await educator.fill('#f-summary', 'Warp, weft and a first mat.')
  await educator.fill('#f-description', 'From the loom to a first mat, in small steps with pictures of every move.')
  await educator.fill('#f-price', 'R4x')
  await educator.selectOption('#f-level', 'BEGINNER')
  await press(educator, `form.form[action="${editor}"] button.primary`)
  await says(educator, 'An amount looks like')
  await educator.fill('#f-price', '400.00')
  await press(educator, `form.form[action="${editor}"] button.primary`)
  await says(educator, 'Saved.')
  equal(await educator.inputValue('#f-price'), '400.00', 'the price')
})

await test('writes a lesson that is open as a preview, and publishes', async () => {
  await educator.fill('#f-module', 'Beginning')
  await press(educator, `form[action="${editor}/modules"] button`)
  await educator.locator('main details summary').evaluateAll(all => all.forEach(s => { s.parentElement.open = true }))
  await educator.fill(`form[action$="/lessons"] input[name=title]`, 'Your loom')
  await press(educator, `form[action$="/lessons"] button`)
  if (!/\/lessons\//.test(educator.url())) await press(educator, `a[href^="${editor}/lessons/"]`)
  await educator.fill('#f-source', 'A loom holds the warp tight. Tie a first knot.')
  await educator.check('input[name=preview]')
  await press(educator, '#editor button[value=save]')
  await educator.goto(address + editor)
  await looksGood(educator, 'editor')
  await press(educator, `form[action="${editor}/publish"] button.primary`)
  await says(educator, 'published')
  course = editor.replace('/teach', '')
  await educator.goto(`${address}/teach/coupons`)
  await educator.fill('#f-code', code)
  await educator.fill('#f-percent', '25')
  await press(educator, 'form[action="/teach/coupons"] button.primary')
  await says(educator, code)
})

// ---- buying ----------------------------------------------------------------------------------------

await test('a learner reads the preview, takes the coupon and sees price and tax', async () => {
  await learner.goto(address + course)
  await says(learner, 'R400.00')
  await press(learner, `main a[href="${course}/buy"]`)
  await learner.fill('#f-code', code)
  await press(learner, 'form[method=get][action$="/buy"] button')
  await says(learner, 'The coupon is applied.')
  await says(learner, 'R300.00')
  await says(learner, 'R39.13')
  await looksGood(learner, 'checkout')
})

await test('pays on the page of Stripe and comes back to the course', async () => {
  await press(learner, 'form[method=post][action$="/buy"] button.primary')
  await learner.waitForURL(url => url.port === String(port), { timeout: 40000 })
  await picture(learner, 'market-stripe-page')
  await press(learner, 'button[value=pm_card_visa_chargeDeclined]')
  equal(await learner.locator('[role=alert]').textContent(), 'card_declined', 'word about the first card')
  await learner.locator('button[value=pm_card_visa]').click()
  await learner.waitForURL(/\/purchases\//, { timeout: 60000 })
  purchase = new URL(learner.url()).pathname
  await says(learner, 'Paid')
  const calls = await (await fetch(`http://127.0.0.1:${port}/_state`)).json()
  equal(calls.charged, 30000, 'cents charged at Stripe')
  await learner.goto(`${address}${course}/lessons/your-loom`)
  await says(learner, 'A loom holds the warp tight.')
})

await test('has a receipt and is told so in the header', async () => {
  await until(learner, purchase, 'a document', () => learner.locator('main a[href$="/pdf"]').count())
  const link = await learner.locator('main a[href$="/pdf"]').first().getAttribute('href')
  const pdf = await learner.request.get(address + link)
  equal(pdf.status(), 200, 'status of the PDF')
  truth((await pdf.body()).subarray(0, 5).toString() === '%PDF-', 'it is no PDF')
  equal((await educator.request.get(address + link)).status(), 404, 'status for a stranger')
  await looksGood(learner, 'purchase')
  await until(learner, '/courses', 'a notice', () => learner.locator('.bell .count').count())
  await press(learner, 'a.bell')
  await says(learner, 'You bought a course')
  await looksGood(learner, 'notices')
  await press(learner, 'button.notice')
  equal(new URL(learner.url()).pathname, purchase, 'where the notice leads')
})

await test('half of it goes back to the card', async () => {
  await learner.goto(address + purchase)
  await learner.fill('#f-amount', '150.00')
  await press(learner, 'form[action$="/refund"] button.danger')
  await says(learner, 'The money is on its way back.')
  await until(learner, purchase, 'a credit note', () => learner.getByText('CRN-').count())
  await says(learner, 'R150.00')
  const after = await (await fetch(`http://127.0.0.1:${port}/_state`)).json()
  equal(after.refunded ?? 15000, 15000, 'cents given back at Stripe')
})

await test('the educator sees the half that stays, and is told', async () => {
  await educator.goto(`${address}/teach/sales`)
  // 70 % of R300.00 less its VAT, half of it
  await says(educator, /^R91\.3[01]/)
  await educator.goto(`${address}/notifications`)
  await says(educator, 'A course of yours was sold')
  await says(educator, 'A sale was refunded')
})

await test('what the platform was told for this is taken back', async () => {
  await reload(before)
})

standin.kill()
await done()
