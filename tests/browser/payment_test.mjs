// Money into a wallet, clicked through: deposit, the sandbox's page with its cards, my payments, a
// saved card, and what an administrator sees and refunds.
import { address, done, equal, person, test, truth } from './kit.mjs'

const learner = await person('STUDENT', { viewport: { width: 390, height: 844 } })
const admin = await person('ADMIN', { viewport: { width: 1280, height: 900 } })
const page = await learner.newPage()
let payment

async function deposit (amount) {
  await page.goto(`${address}/deposit`)
  await page.fill('[name=amount]', amount)
  const other = page.locator('[name=method][value=""]')
  if (await other.count()) await other.check()
  await page.click('main button.primary')
}

await test('a deposit that is too small is refused with its field named', async () => {
  await deposit('5')
  truth(await page.locator('#e-amount').isVisible(), 'no error at the field')
  equal(await page.inputValue('[name=amount]'), '5', 'kept value')
})

await test('a deposit leads to the sandbox’s page, and the test card pays it', async () => {
  await deposit('250')
  await page.waitForURL(/\/sandbox\/pay\//)
  truth((await page.textContent('main')).includes('R250.00'), 'the amount is not shown')
  equal(await page.locator('input[type=text], input[type=tel], input[type=number]').count(), 0, 'fields where a number fits')
  await page.click('main form button.primary')
  await page.waitForURL(`${address}/wallet`)
  truth((await page.textContent('main')).includes('250.00'), 'the wallet does not show the money')
  await page.goto(`${address}/payments`)
  truth(await page.locator('tbody .badge.good').first().isVisible(), 'not shown as paid')
  payment = (await page.getAttribute('tbody a', 'href')).split('/').pop()
})

await test('a declined card says why, another one pays after 3-D Secure', async () => {
  await deposit('99.50')
  await page.waitForURL(/\/sandbox\/pay\//)
  await page.check('[value=insufficient_funds]')
  await page.click('main form button.primary')
  truth(await page.locator('main [role=alert]').isVisible(), 'no reason shown')
  await page.check('[value=three_d_secure]')
  await page.click('main form button.primary')
  await page.click('main form button.primary')
  await page.waitForURL(`${address}/wallet`)
})

await test('giving up cancels the payment', async () => {
  await deposit('75')
  await page.waitForURL(/\/sandbox\/pay\//)
  await page.goto(`${address}/payments`)
  await page.click('tbody a >> nth=0')
  await page.click('form[action$="/cancel"] button')
  truth(await page.locator('main .badge.bad').isVisible(), 'not shown as failed')
})

await test('a card is saved on the provider’s page and pays the next deposit at once', async () => {
  await page.goto(`${address}/me/payment-methods`)
  const before = await page.locator('form[action$="/remove"]').count()
  await page.check('[name=agree]')
  await page.click('main form.card button.primary')
  await page.waitForURL(/\/sandbox\/pay\//)
  await page.click('main form button.primary')
  await page.waitForURL(/payment-methods/)
  truth((await page.textContent('main')).includes('4242'), 'the card is not listed')
  await page.goto(`${address}/deposit`)
  await page.fill('[name=amount]', '40')
  await page.click('main button.primary')
  await page.waitForURL(`${address}/wallet`)
  await page.goto(`${address}/me/payment-methods`)
  equal(await page.locator('form[action$="/remove"]').count(), before + 1, 'saved cards')
  await page.click('form[action$="/remove"] button >> nth=0')
  equal(await page.locator('form[action$="/remove"]').count(), before, 'saved cards after removing one')
})

await test('an administrator sees the timeline with its postings and refunds a part', async () => {
  const desk = await admin.newPage()
  await desk.goto(`${address}/admin/payments?q=${payment}`)
  await desk.click('tbody a')
  const text = await desk.textContent('.timeline')
  truth(text.includes(':wallet:ZAR'), 'no posting into the wallet')
  await desk.fill('[name=amount]', '100')
  await desk.fill('[name=reason]', 'asked by the learner')
  await desk.click('form[action$="/refund"] button')
  truth((await desk.textContent('main')).includes('R100.00'), 'the refund is not shown')
  const body = await desk.evaluate(() => document.documentElement.scrollWidth <= innerWidth)
  truth(body, 'the page scrolls sideways')
  for (const path of ['refunds', 'disputes', 'payment-events', 'payment-calls', 'reconciliation']) {
    const answer = await desk.goto(`${address}/admin/${path}`)
    equal(answer.status(), 200, path)
  }
})

await test('no page complained', async () => {
  equal([...learner.troubles, ...admin.troubles].filter(t => !/status of 422/.test(t)).join('; '), '', 'troubles')
})

await done()
