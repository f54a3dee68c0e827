// The stand-in for Stripe (tests/standin/stripe.pl) checked with Stripe's own tools: the package
// `stripe` talks to it and verifies its signatures, and `stripe trigger` of the command line runs
// its fixtures against it. What the stand-in says is then good enough to test ourselves with.
import { execFile, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import Stripe from 'stripe'

const here = dirname(fileURLToPath(import.meta.url))
const cli = join(here, 'node_modules/@stripe/cli-linux-x64/bin/stripe')
let count = 0
let failed = 0

async function test (name, run) {
  count++
  try {
    await run()
    console.log(`ok ${count} - ${name}`)
  } catch (error) {
    failed++
    console.log(`not ok ${count} - ${name}`)
    console.log(String(error?.stack ?? error).split('\n').map(l => `# ${l}`).join('\n'))
  }
}
const equal = (found, wanted, what = 'value') => {
  if (found !== wanted) throw new Error(`${what}: wanted ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`)
}
async function refused (call, type, code) {
  try {
    await call
  } catch (error) {
    equal(error.type, type, 'type of the error')
    if (code) equal(error.code, code, 'code of the error')
    return error
  }
  throw new Error(`no ${type}`)
}

// ---- the stand-in and a receiver of its webhooks -------------------------------------------

const secret = 'whsec_official'
const received = []
const receiver = createServer((request, response) => {
  const parts = []
  request.on('data', part => parts.push(part))
  request.on('end', () => {
    received.push({ body: Buffer.concat(parts), signature: request.headers['stripe-signature'] })
    response.end('{}')
  })
})
await new Promise(resolve => receiver.listen(0, '127.0.0.1', resolve))
const server = spawn('perl', [join(here, '../standin/stripe.pl'), '--secret', secret, '--webhook',
  `http://127.0.0.1:${receiver.address().port}/hook`], { stdio: ['ignore', 'pipe', 'inherit'] })
const port = await new Promise((resolve, reject) => {
  server.stdout.on('data', data => resolve(Number(/port (\d+)/.exec(data)[1])))
  server.on('exit', () => reject(new Error('the stand-in ended')))
})
const stripe = new Stripe('sk_test_official', { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0 })
const state = async () => (await fetch(`http://127.0.0.1:${port}/_state`)).json()
const control = fields => fetch(`http://127.0.0.1:${port}/_control`, { method: 'POST', body: new URLSearchParams(fields) })
async function until (what, condition) {
  const end = Date.now() + 20000
  while (Date.now() < end) {
    if (await condition()) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`waited in vain for ${what}`)
}

// ---- the package ----------------------------------------------------------------------------

await test('the official package makes, confirms, reads and refunds a payment', async () => {
  const pi = await stripe.paymentIntents.create({ amount: 19900, currency: 'zar', payment_method: 'pm_card_visa',
    confirm: true, metadata: { payment: 'p1' }, expand: ['latest_charge.balance_transaction'] })
  equal(pi.status, 'succeeded')
  equal(pi.amount_received, 19900)
  equal(pi.latest_charge.balance_transaction.fee, 607)
  equal((await stripe.paymentIntents.retrieve(pi.id)).metadata.payment, 'p1')
  const half = await stripe.refunds.create({ payment_intent: pi.id, amount: 9900 })
  equal(half.status, 'succeeded')
  await refused(stripe.refunds.create({ payment_intent: pi.id, amount: 10001 }), 'StripeInvalidRequestError')
  await stripe.refunds.create({ payment_intent: pi.id })
  await refused(stripe.refunds.create({ payment_intent: pi.id }), 'StripeInvalidRequestError', 'charge_already_refunded')
})

await test('declines and refusals arrive as the package’s typed errors', async () => {
  const error = await refused(stripe.paymentIntents.create({ amount: 500, currency: 'zar', confirm: true,
    payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds' }), 'StripeCardError', 'card_declined')
  equal(error.decline_code, 'insufficient_funds')
  equal(error.payment_intent.status, 'requires_payment_method')
  equal((await refused(stripe.paymentIntents.create({ currency: 'zar' }), 'StripeInvalidRequestError', 'parameter_missing')).param, 'amount')
  await refused(stripe.paymentIntents.retrieve('pi_none'), 'StripeInvalidRequestError', 'resource_missing')
  await control({ mode: 'error', match: '/v1/customers' })
  await refused(stripe.customers.create({}), 'StripeAPIError')
  await control({ mode: 'down', match: '/v1/customers', times: '5' })
  await refused(stripe.customers.create({}), 'StripeConnectionError')
  await control({ mode: 'normal' })
})

await test('an idempotency key repeats the answer and refuses other parameters', async () => {
  const options = { idempotencyKey: 'k-1' }
  const a = await stripe.customers.create({ description: 'x' }, options)
  const b = await stripe.customers.create({ description: 'x' }, options)
  equal(a.id, b.id)
  equal(b.lastResponse.headers['idempotent-replayed'], 'true')
  await refused(stripe.customers.create({ description: 'y' }, options), 'StripeIdempotencyError')
})

await test('lists go on by cursor until the end', async () => {
  const pi = await stripe.paymentIntents.create({ amount: 5000, currency: 'zar', payment_method: 'pm_card_visa', confirm: true })
  for (let i = 0; i < 7; i++) await stripe.refunds.create({ payment_intent: pi.id, amount: 100 + i })
  const seen = []
  for await (const refund of stripe.refunds.list({ payment_intent: pi.id, limit: 3 })) seen.push(refund.amount)
  equal(seen.join(), '106,105,104,103,102,101,100')
})

await test('a checkout session leads to a hosted page, succeeds and can expire', async () => {
  const make = () => stripe.checkout.sessions.create({ mode: 'payment', client_reference_id: 'p2', metadata: { payment: 'p2' },
    line_items: [{ quantity: 1, price_data: { currency: 'zar', unit_amount: 12300, product_data: { name: 'Course' } } }],
    success_url: 'http://127.0.0.1:1/ok', cancel_url: 'http://127.0.0.1:1/no' })
  const session = await make()
  const page = await fetch(session.url)
  equal(page.status, 200)
  const paid = await fetch(session.url, { method: 'POST', body: new URLSearchParams({ card: 'pm_card_visa' }), redirect: 'manual' })
  equal(paid.headers.get('location'), 'http://127.0.0.1:1/ok')
  const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] })
  equal(after.payment_status, 'paid')
  equal(after.payment_intent.amount, 12300)
  equal((await stripe.checkout.sessions.expire((await make()).id)).status, 'expired')
  await refused(stripe.checkout.sessions.expire(session.id), 'StripeInvalidRequestError')
})

await test('cards are saved by a session in setup mode and detached', async () => {
  const customer = await stripe.customers.create({ metadata: { person: 'x' } })
  const session = await stripe.checkout.sessions.create({ mode: 'setup', customer: customer.id, payment_method_types: ['card'],
    success_url: 'http://127.0.0.1:1/ok' })
  await fetch(session.url, { method: 'POST', body: new URLSearchParams({ card: 'pm_card_visa' }), redirect: 'manual' })
  const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent.payment_method'] })
  equal(done.setup_intent.payment_method.card.last4, '4242')
  const paid = await stripe.paymentIntents.create({ amount: 700, currency: 'zar', customer: customer.id, off_session: true,
    confirm: true, payment_method: done.setup_intent.payment_method.id })
  equal(paid.status, 'succeeded')
  equal((await stripe.paymentMethods.detach(done.setup_intent.payment_method.id)).customer, null)
})

await test('the package verifies every webhook of the stand-in', async () => {
  await until('webhooks', async () => received.length >= 20)
  for (const { body, signature } of received) {
    const event = stripe.webhooks.constructEvent(body, signature, secret)
    equal(event.object, 'event')
  }
  const { body, signature } = received[0]
  let wrong = 0
  try {
    stripe.webhooks.constructEvent(Buffer.concat([body, Buffer.from(' ')]), signature, secret)
  } catch {
    wrong++
  }
  equal(wrong, 1, 'refusals of a changed body')
})

await test('a dispute takes the money when it is withdrawn and gives it back when won', async () => {
  const pi = await stripe.paymentIntents.create({ amount: 9000, currency: 'zar', payment_method: 'pm_card_createDispute', confirm: true })
  const [dispute] = (await stripe.disputes.list({ payment_intent: pi.id })).data
  equal(dispute.status, 'needs_response')
  equal(dispute.balance_transactions[0].amount, -9000)
  await refused(stripe.refunds.create({ payment_intent: pi.id }), 'StripeInvalidRequestError', 'charge_disputed')
  await fetch(`http://127.0.0.1:${port}/_dispute`, { method: 'POST', body: new URLSearchParams({ charge: pi.latest_charge, status: 'won' }) })
  const after = await stripe.disputes.retrieve(dispute.id)
  equal(after.status, 'won')
  equal(after.balance_transactions[1].amount, 9000)
})

// ---- the command line --------------------------------------------------------------------------

const home = mkdtempSync(join(tmpdir(), 'stripe-cli-'))
const trigger = name => new Promise((resolve, reject) => {
  execFile(cli, ['trigger', name, '--api-key', 'sk_test_official123456', '--api-base', `http://127.0.0.1:${port}`],
    { env: { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: '1' }, timeout: 60000 },
    (error, out, err) => error ? reject(new Error(`${name}: ${out}${err}`)) : resolve(out + err))
})
for (const [name, wanted] of [['payment_intent.succeeded', 'payment_intent.succeeded'],
  ['payment_intent.payment_failed', 'payment_intent.payment_failed'], ['charge.refunded', 'charge.refunded'],
  ['payment_intent.created', 'payment_intent.created'], ['charge.dispute.created', 'charge.dispute.created'],
  ['payment_intent.canceled', 'payment_intent.canceled'], ['customer.created', 'customer.created']]) {
  await test(`stripe trigger ${name} runs to its end against the stand-in`, async () => {
    const before = (await state()).events.filter(e => e.type === wanted).length
    const out = await trigger(name)
    equal(/Trigger succeeded/.test(out), true, out)
    equal((await state()).events.filter(e => e.type === wanted).length > before, true, `event ${wanted}`)
  })
}

server.removeAllListeners('exit')
server.kill()
receiver.close()
console.log(`1..${count}`)
process.exit(failed ? 1 : 0)
