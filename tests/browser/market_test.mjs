// The whole story of a sale, as its people see it: an educator makes a coupon, a
// learner buys with it by card in the sandbox, gets receipt and access, has half
// of it back; the educator asks for a payout, two administrators approve.
import { accounts, address, axe, browser, done, equal, picture, test, truth } from './kit.mjs'

const code = `STORY${Date.now() % 100000}`
let course
let purchase

async function signedIn(email) {
  const account = accounts.find(a => a.email === email)
  if (!account) throw new Error(`no demo account ${email}`)
  const context = await browser.newContext({ locale: 'en-ZA', ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } })
  context.troubles = []
  const page = await context.newPage()
  page.on('pageerror', error => context.troubles.push(error.message))
  await page.goto(`${address}/signin`)
  await page.fill('input[name=email]', account.email)
  await page.fill('input[name=password]', account.password)
  await Promise.all([
    page.waitForURL(url => !url.pathname.startsWith('/signin'), { timeout: 20000 }),
    page.locator('main form:has(input[name=password]) button').last().click()
  ])
  return page
}

async function looksGood(page, name) {
  equal(await page.locator('h1').count(), 1, 'headings of level 1')
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    truth(wide <= 1, `${wide} px wider than ${width} px on ${page.url()}`)
    await picture(page, `market-${name}-${width}`)
  }
  equal(await axe(page), '', `axe on ${page.url()}`)
}

const press = (page, selector) => Promise.all([page.waitForLoadState('load'), page.locator(selector).first().click()])

// Whoever can buy something of an educator: the first course with a button to buy.
const learner = await signedIn('carol.white@azora.world')
let educator

await test('a course is on sale, with a way to buy it', async () => {
  await learner.goto(`${address}/courses?sort=newest`)
  const links = await learner.locator('main li.course h2 a').evaluateAll(all => all.map(a => a.getAttribute('href')))
  for (const link of links) {
    await learner.goto(address + link)
    if (await learner.locator(`main a[href="${link}/buy"]`).count()) {
      course = link
      break
    }
  }
  truth(course, 'no course can be bought')
  await looksGood(learner, 'course')
})

await test('its educator makes a coupon of 25 per cent', async () => {
  const name = await learner.locator('#by + .who b, section[aria-labelledby=by] b').first().textContent()
  const by = { 'Dr. Sarah Lee': 'educator1', 'Prof. James Wilson': 'educator2', 'Dr. Amara Okonkwo': 'educator3' }[name.trim()]
  educator = await signedIn(`${by}@azora.world`)
  await educator.goto(`${address}/teach/coupons`)
  await educator.fill('#f-code', code)
  await educator.fill('#f-percent', '25')
  await press(educator, 'form[action="/teach/coupons"] button.primary')
  truth(await educator.getByText(code).count(), 'the coupon is not listed')
  await looksGood(educator, 'coupons')
})

await test('the learner applies it and sees price and tax', async () => {
  await press(learner, `main a[href="${course}/buy"]`)
  await looksGood(learner, 'checkout')
  await learner.fill('#f-code', code)
  await press(learner, 'form[method=get][action$="/buy"] button')
  truth(await learner.getByText('The coupon is applied.').count(), 'the coupon is not applied')
  truth(await learner.getByText('VAT at 15.00 %').count(), 'no tax shown')
})

await test('pays by card in the sandbox and has the course', async () => {
  await press(learner, 'form[method=post][action$="/buy"] button.primary')
  await learner.waitForURL(/\/sandbox\/pay\//, { timeout: 20000 })
  await press(learner, 'button[value=success], main form button.primary')
  await learner.waitForURL(/\/purchases\//, { timeout: 30000 })
  purchase = new URL(learner.url()).pathname
  truth(await learner.locator('main a[href^="/courses/"]').count(), 'no way to the course')
  await learner.goto(address + course)
  truth(!(await learner.locator(`main a[href="${course}/buy"]`).count()), 'still on sale to its owner')
})

await test('the receipt can be downloaded, by its owner alone', async () => {
  let link
  for (let i = 0; i < 40 && !link; i++) {
    await learner.goto(address + purchase)
    link = await learner.locator('a[href$="/pdf"]').first().getAttribute('href', { timeout: 1000 }).catch(() => null)
  }
  truth(link, 'no document was made')
  await looksGood(learner, 'purchase')
  const pdf = await learner.request.get(address + link)
  equal(pdf.status(), 200, 'status of the PDF')
  truth((await pdf.body()).subarray(0, 5).toString() === '%PDF-', 'it is no PDF')
  equal((await educator.request.get(address + link)).status(), 404, 'status for a stranger')
})

await test('half of it comes back', async () => {
  await learner.goto(address + purchase)
  const total = (await learner.locator('aside dd.num b').first().textContent()).replace(/[^0-9.]/g, '')
  await learner.fill('#f-amount', (Number(total) / 2).toFixed(2))
  await press(learner, 'form[action$="/refund"] button.danger')
  truth(await learner.getByText('The money is on its way back.').count(), 'no word about the refund')
  for (let i = 0; i < 40; i++) {
    await learner.goto(address + purchase)
    if (await learner.getByText('CRN-').count()) break
  }
  truth(await learner.getByText('CRN-').count(), 'no credit note')
})

await test('the educator sees the sale and asks for a payout', async () => {
  await educator.goto(`${address}/teach/sales`)
  truth(await educator.locator('main table tbody tr').count(), 'no sale is listed')
  await looksGood(educator, 'sales')
  await educator.goto(`${address}/teach/statement`)
  await looksGood(educator, 'statement')
  await educator.goto(`${address}/teach/payouts`)
  await educator.fill('#f-amount', '1200.00')
  await press(educator, 'form[action="/teach/payouts"] button.primary')
  truth(await educator.getByText('Asked for').count(), 'the request is not listed')
  await looksGood(educator, 'payouts')
})

await test('a second administrator must approve it, too', async () => {
  const first = await signedIn('admin@azora.world')
  const second = await signedIn('sizwe.mkhize@azora.world')
  await first.goto(`${address}/admin/payouts`)
  await press(first, 'form[action$="/approve"] button')
  truth(await first.getByText('a second administrator must, too').count(), 'one approval was enough')
  equal(await first.locator('form[action$="/approve"]').count(), 0, 'ways for the first to approve again')
  await second.goto(`${address}/admin/payouts`)
  await press(second, 'form[action$="/approve"] button')
  await press(second, 'form[action$="/export"] button')
  const file = await second.request.get(address + await second.locator('a[href*="/batches/"]').first().getAttribute('href'))
  truth((await file.text()).includes('1200.00'), 'the bank file does not hold it')
  await press(second, 'form[action$="/paid"] button')
  truth(await second.getByText('Marked as paid.').count(), 'it is not paid')
})

await test('administration shows sales, payouts, reviews, rates and tax', async () => {
  const admin = await signedIn('admin@azora.world')
  for (const place of ['sales', 'payouts', 'reviews', 'rates', 'tax']) {
    await admin.goto(`${address}/admin/${place}`)
    await looksGood(admin, `admin-${place}`)
  }
  await admin.goto(`${address}/admin/sales`)
  await press(admin, 'main table a')
  await looksGood(admin, 'admin-sale')
})

await test('reviews stand with the course', async () => {
  await learner.goto(`${address}${course}/reviews`)
  await learner.selectOption('#f-rating', '4')
  await learner.fill('#f-comment', 'Bought in a test, and liked.')
  await press(learner, 'form[action$="/reviews"] button.primary')
  truth(await learner.getByText('Bought in a test, and liked.').count(), 'the review is not shown')
  await looksGood(learner, 'reviews')
})

await done()
