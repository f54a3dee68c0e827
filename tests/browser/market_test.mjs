// The whole story of a sale, as its people see it, once paid in the sandbox and once at Stripe: an
// educator lists a course and makes a coupon; a learner buys with it by card, gets receipt and
// access, and has half of it back; the refund window passes; the educator, who has no other money,
// asks for what is left, two administrators approve, the bank pays.
import { address, axe, done, equal, picture, signedIn, test, truth } from './kit.mjs'
import { daysPass, settings, stripe } from './stripe_kit.mjs'

const mark = Date.now() % 1000000

// A price of R4,800.00 less 25 %; VAT at 15 % in it; the educator's share is 70 % of the rest.
const cents = 360000, tax = 'R469.57'
// Half of that share, 1,095.655, and what rounding leaves to it.
const earned = /R1\D?095\.6[56]/

const press = (page, selector) => Promise.all([page.waitForLoadState('load'), page.locator(selector).first().click()])

const says = (page, text) => page.getByText(text).first().waitFor({ state: 'attached', timeout: 15000 })
  .catch(() => { throw new Error(`"${text}" is not said on ${page.url()}`) })

// Loads the page until the condition holds: jobs do their work meanwhile.
async function until(page, path, what, condition) {
  const end = Date.now() + 60000
  do {
    await page.goto(address + path)
    if (await condition()) return
  } while (Date.now() < end)
  throw new Error(`waited in vain for ${what} on ${path}`)
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

const people = []
async function come(email) {
  const page = await signedIn(email)
  people.push(page)
  return page
}
const theEducator = () => come('thandiwe.moyo@azora.world')
const theLearner = () => come('carol.white@azora.world')

let educator, learner

// Pages of today; the same ones a month later are for sessions of that day.
async function everybody() {
  educator = await theEducator()
  learner = await theLearner()
}

// ---- listing -----------------------------------------------------------------------------------

async function listing(story) {
  await test(`${story.at}: an educator begins a course; another one of that title is refused beside it`, async () => {
    await educator.goto(`${address}/teach`)
    await educator.fill('form[action="/teach/courses"] input[name=title]', story.title)
    await press(educator, 'form[action="/teach/courses"] button.primary')
    story.editor = new URL(educator.url()).pathname
    truth(/^\/teach\/courses\/weaving-for/.test(story.editor), `editor at ${story.editor}`)
    story.course = story.editor.replace('/teach', '')
    await educator.goto(`${address}/teach`)
    await educator.fill('form[action="/teach/courses"] input[name=title]', story.title.toUpperCase())
    await press(educator, 'form[action="/teach/courses"] button.primary')
    await says(educator, 'You have a course of this title already.')
    equal(await educator.locator('input[name=title][aria-invalid=true]').count(), 1, 'marked fields')
  })

  await test(`${story.at}: gives it a price while it is a draft that nobody else sees`, async () => {
    await educator.goto(address + story.editor)
    await says(educator, 'A summary')
    await educator.fill('#f-summary', 'Warp, weft and a first mat.')
    await educator.fill('#f-description', 'From the loom to a first mat, in small steps with pictures of every move.')
    await educator.fill('#f-price', 'R4x')
    await educator.selectOption('#f-level', 'BEGINNER')
    await press(educator, `form.form[action="${story.editor}"] button.primary`)
    await says(educator, 'An amount looks like')
    await educator.fill('#f-price', '4800.00')
    await press(educator, `form.form[action="${story.editor}"] button.primary`)
    await says(educator, 'Saved.')
    equal(await educator.inputValue('#f-price'), '4800.00', 'the price')
    equal((await learner.request.get(address + story.course)).status(), 404, 'the draft for a learner')
    equal((await learner.request.get(`${address}${story.course}/buy`)).status(), 404, 'its checkout')
  })

  await test(`${story.at}: writes a lesson that is open as a preview, publishes, makes a coupon`, async () => {
    await educator.fill('#f-module', 'Beginning')
    await press(educator, `form[action="${story.editor}/modules"] button`)
    await educator.locator('main details summary').evaluateAll(all => all.forEach(s => { s.parentElement.open = true }))
    await educator.fill('form[action$="/lessons"] input[name=title]', 'Your loom')
    await press(educator, 'form[action$="/lessons"] button')
    if (!/\/lessons\//.test(educator.url())) await press(educator, `a[href^="${story.editor}/lessons/"]`)
    await educator.fill('#f-source', 'A loom holds the warp tight. Tie a first knot.')
    await educator.check('input[name=preview]')
    await press(educator, '#editor button[value=save]')
    await educator.goto(address + story.editor)
    await looksGood(educator, `${story.at}-editor`)
    await press(educator, `form[action="${story.editor}/publish"] button.primary`)
    await says(educator, 'published')
    await educator.goto(`${address}/teach/coupons`)
    await educator.fill('#f-code', story.code)
    await educator.fill('#f-percent', '25')
    await press(educator, 'form[action="/teach/coupons"] button.primary')
    await says(educator, story.code)
    await looksGood(educator, `${story.at}-coupons`)
  })
}

// ---- buying ------------------------------------------------------------------------------------

async function buying(story) {
  await test(`${story.at}: a learner applies the coupon and sees price and tax`, async () => {
    await learner.goto(address + story.course)
    await says(learner, /R4\D?800\.00/)
    await looksGood(learner, `${story.at}-course`)
    await press(learner, `main a[href="${story.course}/buy"]`)
    await learner.fill('#f-code', story.code)
    await press(learner, 'form[method=get][action$="/buy"] button')
    await says(learner, 'The coupon is applied.')
    await says(learner, /R3\D?600\.00/)
    await says(learner, 'VAT at 15.00 %')
    await says(learner, tax)
    await looksGood(learner, `${story.at}-checkout`)
  })

  await test(`${story.at}: pays by card and has the course`, async () => {
    await press(learner, 'form[method=post][action$="/buy"] button.primary')
    await story.pay()
    await learner.waitForURL(/\/purchases\//, { timeout: 60000 })
    story.purchase = new URL(learner.url()).pathname
    await says(learner, 'Paid')
    await learner.goto(`${address}${story.course}/lessons/your-loom`)
    await says(learner, 'A loom holds the warp tight.')
    await learner.goto(address + story.course)
    equal(await learner.locator(`main a[href="${story.course}/buy"]`).count(), 0, 'ways to buy it again')
  })

  await test(`${story.at}: has a receipt, which nobody else may download, and is told`, async () => {
    await until(learner, story.purchase, 'a document', () => learner.locator('main a[href$="/pdf"]').count())
    const link = await learner.locator('main a[href$="/pdf"]').first().getAttribute('href')
    const pdf = await learner.request.get(address + link)
    equal(pdf.status(), 200, 'status of the PDF')
    truth((await pdf.body()).subarray(0, 5).toString() === '%PDF-', 'it is no PDF')
    equal((await educator.request.get(address + link)).status(), 404, 'status for a stranger')
    await until(learner, '/courses', 'a notice', () => learner.locator('.bell .count').count())
    await press(learner, 'a.bell')
    await says(learner, 'You bought a course')
    await press(learner, 'button.notice')
    equal(new URL(learner.url()).pathname, story.purchase, 'where the notice leads')
  })

  await test(`${story.at}: has half of it back, with a credit note`, async () => {
    await learner.goto(address + story.purchase)
    await learner.fill('#f-amount', '1800.00')
    await press(learner, 'form[action$="/refund"] button.danger')
    await says(learner, 'The money is on its way back.')
    await until(learner, story.purchase, 'a credit note', () => learner.getByText('CRN-').count())
    await says(learner, /R1\D?800\.00/)
    await looksGood(learner, `${story.at}-purchase`)
  })

  await test(`${story.at}: says what it thinks of the course, and the educator answers`, async () => {
    await learner.goto(`${address}${story.course}/reviews`)
    await learner.selectOption('#f-rating', '4')
    await learner.fill('#f-comment', 'Bought in a test, and liked.')
    await press(learner, 'form[action$="/reviews"] button.primary')
    await says(learner, 'Bought in a test, and liked.')
    await educator.goto(`${address}${story.course}/reviews`)
    await educator.locator('main details summary').evaluateAll(all => all.forEach(s => { s.parentElement.open = true }))
    await educator.fill('form[action$="/reply"] [name=reply]', 'Thank you for weaving along.')
    await press(educator, 'form[action$="/reply"] button')
    await says(educator, 'Thank you for weaving along.')
    await looksGood(educator, `${story.at}-reviews`)
  })
}

// ---- the educator's money ----------------------------------------------------------------------

const bank = { holder: 'Thandiwe Moyo', bank: 'Demo Bank', branch: '250655', number: '62001234567' }

async function payout(story) {
  await test(`${story.at}: the educator sees the half that stays, pending`, async () => {
    await educator.goto(`${address}/teach/sales`)
    await says(educator, story.title)
    await says(educator, earned)
    await looksGood(educator, `${story.at}-sales`)
    await educator.goto(`${address}/teach/statement`)
    await looksGood(educator, `${story.at}-statement`)
    await educator.goto(`${address}/teach/payouts`)
    if (await educator.getByText('Enter a bank account first.').count()) {
      for (const [name, value] of Object.entries(bank)) await educator.fill(`[name=${name}]`, value)
      await press(educator, 'form[action="/teach/payouts/account"] button')
      await says(educator, 'After a change of the bank account payouts wait')
    }
    equal(await educator.locator('form[action="/teach/payouts"]').count(), 0, 'ways to ask before the money is mature')
  })

  await test(`${story.at}: when the refund window has passed, asks for all of it`, async () => {
    daysPass(31)
    await everybody()
    await until(educator, '/teach/payouts', 'the money to mature',
      () => educator.locator('form[action="/teach/payouts"]').count())
    story.amount = (await educator.locator('.stats').textContent()).match(earned)[0].replace(/[^0-9.]/g, '')
    await educator.fill('#f-amount', '1095.67')
    await press(educator, 'form[action="/teach/payouts"] button.primary')
    await says(educator, 'This is more than is available.')
    await educator.fill('#f-amount', story.amount)
    await press(educator, 'form[action="/teach/payouts"] button.primary')
    await says(educator, 'Asked for')
    await looksGood(educator, `${story.at}-payouts`)
  })

  await test(`${story.at}: a second administrator must approve it, too; the bank pays`, async () => {
    const first = await come('admin@azora.world')
    const second = await come('sizwe.mkhize@azora.world')
    await first.goto(`${address}/admin/payouts`)
    await press(first, 'form[action$="/approve"] button')
    await says(first, 'a second administrator must, too')
    equal(await first.locator('form[action$="/approve"]').count(), 0, 'ways for the first to approve again')
    await second.goto(`${address}/admin/payouts`)
    await looksGood(second, `${story.at}-admin-payouts`)
    await press(second, 'form[action$="/approve"] button')
    await press(second, 'form[action$="/export"] button')
    const file = await second.request.get(address + await second.locator('a[href*="/batches/"]').first().getAttribute('href'))
    truth((await file.text()).includes(story.amount), 'the bank file does not hold it')
    truth((await file.text()).includes(bank.number), 'the bank file does not name the account')
    await press(second, 'form[action$="/paid"] button')
    await says(second, 'Marked as paid.')
    await educator.goto(`${address}/teach/payouts`)
    await says(educator, 'Paid')
    await until(educator, '/notifications', 'word of the payout', () => educator.getByText('payout').count())
  })
}

async function told(story) {
  await listing(story)
  await buying(story)
  await payout(story)
}

// ---- the two stories ---------------------------------------------------------------------------

await settings()
await everybody()

await told({
  at: 'sandbox',
  title: `Weaving for Beginners ${mark}`,
  code: `WEAVE${mark}`,
  async pay() {
    await learner.waitForURL(/\/sandbox\/pay\//, { timeout: 20000 })
    await press(learner, 'button[value=success], main form button.primary')
  }
})

const provider = await stripe()
await told({
  at: 'stripe',
  title: `Weaving for Two ${mark}`,
  code: `WOVEN${mark}`,
  async pay() {
    await learner.waitForURL(url => url.port === String(provider.port), { timeout: 40000 })
    await picture(learner, 'market-stripe-page')
    await press(learner, 'button[value=pm_card_visa_chargeDeclined]')
    equal(await learner.locator('[role=alert]').textContent(), 'card_declined', 'word about the first card')
    await learner.locator('button[value=pm_card_visa]').click()
  }
})

await test('Stripe took the price once and gave half of it back once', async () => {
  const { charged, refunded } = await provider.state()
  equal(charged, cents, 'cents charged')
  equal(refunded, cents / 2, 'cents given back')
})
await provider.end()

// ---- what cannot be bought, and the desk -------------------------------------------------------

await test('a free course is not bought: its checkout says so and the course offers to enrol', async () => {
  const somebody = await come('sizwe.mkhize@azora.world')
  await somebody.goto(`${address}/courses?price=FREE`)
  let free
  for (const link of await somebody.locator('main li.course h2 a').evaluateAll(all => all.map(a => a.getAttribute('href')))) {
    await somebody.goto(address + link)
    if (await somebody.locator(`form[action="${link}/enrol"]`).count()) free = link
  }
  truth(free, 'no free course to enrol in')
  equal((await somebody.goto(`${address}${free}/buy`)).status(), 409, 'status of the page')
  await says(somebody, 'This course is free: just enrol.')
  await looksGood(somebody, 'free')
  const api = await somebody.request.get(`${address}/api/v1${free}/buy`)
  equal((await api.json()).code, 'course_is_free', 'code of the JSON')
  await somebody.goto(address + free)
  equal(await somebody.locator(`main a[href="${free}/buy"]`).count(), 0, 'ways to buy it')
})

await test('administration shows sales, payouts, reviews, rates and tax', async () => {
  const admin = await come('admin@azora.world')
  for (const place of ['sales', 'payouts', 'reviews', 'rates', 'tax']) {
    await admin.goto(`${address}/admin/${place}`)
    await looksGood(admin, `admin-${place}`)
  }
  await admin.goto(`${address}/admin/sales`)
  await press(admin, 'main table a')
  await looksGood(admin, 'admin-sale')
})

await test('no page complained', async () => {
  const troubles = people.flatMap(page => page.context().troubles)
  equal(troubles.filter(t => !/status of (404|409|422)/.test(t)).join('; '), '', 'troubles')
})

await done()
