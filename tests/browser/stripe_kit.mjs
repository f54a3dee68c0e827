// The platform at Stripe: the stand-in (tests/standin/stripe.pl, which stripe_test.mjs checks with
// Stripe's own tools), settings of the platform, and a clock that moves both.
import { execFile, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { address } from './kit.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const state = dirname(process.env.TEST_ACCOUNTS)
const local = join(state, 'local.conf')
const secret = 'whsec_story'

// ---- settings ----------------------------------------------------------------------------------

// The clock only goes forward: it stays where the test left it, with whatever was written meanwhile.
const clockFile = join(state, 'clock')
if (!existsSync(clockFile)) writeFileSync(clockFile, Buffer.alloc(8))
const before = (existsSync(local) ? readFileSync(local, 'utf8') : '').replace(/^clock_file.*\n/m, '') +
  `clock_file = ${clockFile}\n`

// Takes these settings besides those that were there; none: those alone.
export function settings(more = '') {
  writeFileSync(local, before + more)
  return new Promise((resolve, reject) => execFile(join(root, 'dev'), ['reload'],
    { env: { ...process.env, DEV_STATE: state }, timeout: 240000 },
    (error, out, err) => error ? reject(new Error(`${out}${err}`)) : resolve()))
}

// The file is mapped by the host, so it is written in place.
export function daysPass(days) {
  const file = openSync(clockFile, 'r+')
  const offset = Buffer.alloc(8)
  readSync(file, offset, 0, 8, 0)
  offset.writeBigInt64LE(offset.readBigInt64LE() + BigInt(days) * 86400000000n)
  writeSync(file, offset, 0, 8, 0)
}

// ---- the stand-in ------------------------------------------------------------------------------

const freePort = () => new Promise(resolve => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})

// Starts it and tells the platform. .port, .state(): what it holds, .end()
export async function stripe() {
  const port = await freePort()
  const standin = spawn('perl', [join(root, 'tests/standin/stripe.pl'), '--port', port, '--secret', secret,
    '--clock', clockFile, '--webhook', `${address}/api/v1/webhooks/stripe`], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise(resolve => standin.stdout.once('data', resolve))
  const files = mkdtempSync(join(tmpdir(), 'story-'))
  chmodSync(files, 0o755)
  writeFileSync(join(files, 'key'), 'sk_test_story\n', { mode: 0o644 })
  writeFileSync(join(files, 'secret'), `${secret}\n`, { mode: 0o644 })
  await settings(`payment.providers = *:stripe
payment.stripe.url = http://127.0.0.1:${port}
payment.stripe.key_file = ${files}/key
payment.stripe.webhook_secret_file = ${files}/secret
`)
  return {
    port,
    state: async () => (await fetch(`http://127.0.0.1:${port}/_state`)).json(),
    end: async () => {
      await settings()
      standin.kill()
    }
  }
}
