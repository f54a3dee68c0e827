// Every page, at phone and desk width, light and dark: it answers, has one h1 and
// a title, fits the width, breaks no rule of its content policy, and axe finds
// nothing serious. Pages with an id in the address are found by their links.
import { address, axe, done, equal, person, picture, skip, test, truth } from './kit.mjs'

const sizes = [{ width: 390, height: 844 }, { width: 1280, height: 900 }]

const visits = {
  '': ['/', '/courses', 'a[href^="/courses/"]', 'a[href*="/lessons/"]', '/signup', '/signin', '/password/reset',
    '/api', '/_guide'],
  STUDENT: ['/home', '/courses', '/me/profile', '/me/settings', '/wallet', '/wallet/ZAR', '/wallet/ZAR/statements/2026-11', '/wallet/transfer'],
  EDUCATOR: ['/teach', 'a[href^="/teach/courses/"]', '/teach/import'],
  ADMIN: ['/admin', '/admin/users', 'a[href^="/admin/users/"]', '/admin/jobs', '/admin/mail', '/admin/cache', '/admin/system', '/admin/ledger?q=wallet', 'a[href^="/admin/ledger/accounts/"]',
    'a[href^="/admin/ledger/transactions/"]', '/admin/ledger/fees', '/admin/ledger/adjustments']
}

const fileName = text => text.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'front'

// As a part of all tests the light theme is left to crawl_test, which asks axe about
// every page of the platform.
const sample = process.env.BROWSER_PLAN === 'sample'

async function look(context, page, place, name, colorScheme) {
  context.troubles.length = 0
  if (place.startsWith('/')) {
    const response = await page.goto(address + place, { waitUntil: 'load' })
    equal(response.status(), 200, `status of ${place}`)
  } else {
    const link = page.locator(`main ${place}`).first()
    truth(await link.count(), `no link ${place} on ${page.url()}`)
    const response = await page.goto(new URL(await link.getAttribute('href'), address).href)
    equal(response.status(), 200, `status of ${page.url()}`)
  }
  equal(await page.locator('h1').count(), 1, 'headings of level 1')
  truth((await page.title()).length > 3, 'the page has no title')
  truth(await page.locator('html[lang]').count(), 'no lang')
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  truth(wide <= 1, `${wide} px wider than the screen`)
  equal(context.troubles.join('\n'), '', 'console')
  if (!sample || colorScheme === 'dark') equal(await axe(page), '', 'axe')
  await picture(page, name)
}

for (const [role, places] of Object.entries(visits)) {
  for (const viewport of sizes) {
    for (const colorScheme of ['light', 'dark']) {
      // Dark differs in colour alone: one width shows it. As a part of all tests
      // each width and each theme is looked at once.
      if (colorScheme === 'dark' && viewport.width < 1000) continue
      if (sample && colorScheme === 'light' && viewport.width >= 1000) continue
      let context
      await test(`${role || 'anonymous'} enters at ${viewport.width} px, ${colorScheme}`, async () => {
        context = await person(role, { viewport, colorScheme, reducedMotion: 'reduce' })
      })
      if (!context) continue
      const page = await context.newPage()
      for (const place of places) {
        const name = `${role || 'anonymous'} ${place} at ${viewport.width} px, ${colorScheme}`
        if (place === '/_guide') {
          const response = await page.request.get(address + place)
          if (response.status() === 404) {
            skip(name, 'the style guide is a page of development')
            continue
          }
        }
        await test(name, () => look(context, page, place, fileName(`${role}-${place}-${viewport.width}-${colorScheme}`), colorScheme))
      }
      await context.close()
    }
  }
}

// Without script everything still can be read and sent.
await test('the catalogue can be searched without script', async () => {
  const context = await person('', { javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(`${address}/courses`)
  await page.locator('main input[name=q], header input[name=q]').first().fill('computer')
  await page.keyboard.press('Enter')
  await page.waitForURL(/[?&]q=computer/)
  truth(await page.locator('main a[href^="/courses/"]').count() > 0, 'nothing found for "computer"')
  await context.close()
})

await test('the first stop of the keyboard leads to the content', async () => {
  const context = await person('')
  const page = await context.newPage()
  await page.goto(`${address}/courses`)
  await page.keyboard.press('Tab')
  const target = await page.evaluate(() => document.activeElement.getAttribute('href'))
  truth(target?.startsWith('#'), `the first stop is ${target}, not a skip link`)
  await context.close()
})

await done()
