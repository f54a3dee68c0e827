// Money between two people, clicked through: the receiver is looked at before anything moves, a
// transfer above the limit says so, an old proof asks for the password, the movement opens for its
// two people; a posting by hand that one administrator asks for and another approves.
import { accounts, address, axe, done, equal, picture, signedIn, test, truth } from './kit.mjs'

const students = accounts.filter(a => a.role.split(',')[0] === 'STUDENT')
const admins = accounts.filter(a => a.role.split(',')[0] === 'ADMIN')

const press = (page, selector) => Promise.all([page.waitForNavigation(), page.locator(selector).first().click()])
const text = page => page.textContent('main')

// Both widths, both colours: no heading lost, nothing wider than the window, nothing for axe.
async function looksGood(page, name) {
  equal(await page.locator('h1').count(), 1, 'headings of level 1')
  for (const width of [390, 1280]) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 900 })
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      truth(wide <= 1, `${wide} px wider than ${width} px on ${page.url()}`)
      await picture(page, `wallet-${name}-${width}-${colorScheme}`)
    }
    equal(await axe(page), '', `axe on ${page.url()}`)
  }
  await page.emulateMedia({ colorScheme: 'light' })
}

const sender = await signedIn(students[0])
const receiver = await signedIn(students[1])

async function look(amount) {
  await sender.goto(`${address}/wallet/transfer`)
  await sender.fill('[name=receiver]', students[1].email)
  await sender.selectOption('[name=currency]', 'ZAR')
  await sender.fill('[name=amount]', amount)
  await press(sender, 'main form button.primary')
}

await test('money comes in by card first', async () => {
  await sender.goto(`${address}/deposit`)
  await sender.fill('[name=amount]', '400')
  const other = sender.locator('[name=method][value=""]')
  if (await other.count()) await other.check()
  await press(sender, 'main button.primary')
  await sender.waitForURL(/\/sandbox\/pay\//)
  await sender.click('main form button.primary')
  await sender.waitForURL(`${address}/wallet`)
  await looksGood(sender, 'home')
})

await test('above the limit nothing is asked twice: the field says so and keeps what was typed', async () => {
  await look('10000.01')
  truth((await text(sender)).includes('more than may be sent at once'), 'no word about the limit')
  equal(await sender.inputValue('[name=amount]'), '10000.01', 'kept amount')
  equal(await sender.inputValue('[name=receiver]'), students[1].email, 'kept receiver')
  await looksGood(sender, 'limit')
})

await test('the receiver and the fee are shown before anything moves', async () => {
  await look('100')
  const page = await text(sender)
  truth(page.includes('R100.50'), 'the fee is not in what is paid')
  truth(/[A-Z]\S* [A-Z]\./.test(page), 'the receiver is not named')
  await looksGood(sender, 'review')
})

let movement
await test('the confirmation sends it once, also when it is pressed again', async () => {
  const form = await sender.evaluate(() => new URLSearchParams(new FormData(document.querySelector('main form'))).toString())
  await press(sender, 'main form button.primary')
  equal(new URL(sender.url()).pathname, '/wallet/ZAR', 'where it leads')
  const again = await sender.request.post(`${address}/wallet/transfer/confirm`, {
    data: form, headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: address }, maxRedirects: 0 })
  equal(again.status(), 303, 'the same again')
  await sender.goto(`${address}/wallet/ZAR?kind=TRANSFER&direction=out`)
  truth((await sender.textContent('tbody tr')).includes('100.50'), 'not in the history')
  movement = await sender.getAttribute('tbody th a', 'href')
  const rows = await sender.locator(`tbody a[href="${movement}"]`).count()
  equal(rows, 1, 'movements of it')
  await looksGood(sender, 'history')
})

await test('the movement opens for its two people and for nobody else', async () => {
  await sender.goto(`${address}${movement}`)
  truth((await text(sender)).includes('R0.50'), 'the sender does not see the fee')
  await looksGood(sender, 'transaction')
  equal((await receiver.goto(`${address}${movement}`)).status(), 200, 'the receiver')
  truth((await text(receiver)).includes('R100.00'), 'the receiver does not see the amount')
  const stranger = await signedIn(admins[0])
  equal((await stranger.goto(`${address}${movement}`)).status(), 404, 'a stranger')
  await stranger.context().close()
})

const asking = await signedIn(admins[0])
const deciding = await signedIn(admins[1])
const reason = `A deposit was booked twice ${Date.now() % 100000}`

await test('a posting by hand waits for another administrator', async () => {
  await asking.goto(`${address}/admin/ledger/adjustments`)
  await asking.fill('[name=reason]', reason)
  await asking.fill('[name=legs]', 'platform:equity:opening:ZAR 5.00\nbank:main:ZAR -4.00')
  await press(asking, 'form[action="/admin/ledger/adjustments"] button.primary')
  equal(await asking.inputValue('[name=reason]'), reason, 'kept reason')
  await asking.fill('[name=legs]', 'platform:equity:opening:ZAR 5.00\nbank:main:ZAR -5.00')
  await press(asking, 'form[action="/admin/ledger/adjustments"] button.primary')
  const mine = asking.locator('main li', { hasText: reason })
  truth((await mine.textContent()).includes('Another administrator must decide'), 'the same person may decide')
  equal(await mine.locator('button').count(), 0, 'buttons for the one who asked')
  await looksGood(asking, 'adjustments')
})

await test('the other one approves it, and its legs stand in the ledger', async () => {
  await deciding.goto(`${address}/admin/ledger/adjustments`)
  const row = deciding.locator('main li', { hasText: reason })
  if (await row.locator('input[type=password]').count()) await row.locator('input[type=password]').fill(admins[1].password)
  await Promise.all([deciding.waitForNavigation(), row.locator('button[value=approve]').click()])
  await Promise.all([deciding.waitForNavigation(), deciding.locator('main li', { hasText: reason }).locator('a').click()])
  truth((await text(deciding)).includes('platform:equity:opening:ZAR'), 'no leg of it')
  await looksGood(deciding, 'admin-transaction')
})

await test('what the bank says is held against the books', async () => {
  await deciding.goto(`${address}/admin/ledger?q=bank%3Amain%3AZAR`)
  await press(deciding, 'tbody a')
  await deciding.click('details summary')
  await deciding.fill('[name=at]', '2026-01-01T00:00')
  await deciding.fill('[name=balance]', '12.34')
  await deciding.fill('[name=source]', 'statement 1 of the story')
  await press(deciding, 'form[action$="/statements"] button.primary')
  truth((await text(deciding)).includes('differs'), 'a wrong balance agrees')
  await looksGood(deciding, 'account')
  await deciding.goto(`${address}/admin/ledger/fees`)
  await looksGood(deciding, 'fees')
})

await test('no page complained', async () => {
  const troubles = [sender, receiver, asking, deciding].flatMap(page => page.context().troubles)
  equal(troubles.filter(t => !/status of (404|422)/.test(t)).join('; '), '', 'troubles')
})

await done()
