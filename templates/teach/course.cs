{{!-- GET, POST /teach/courses/:slug: the facts; params title, code, slug, summary, description (Markdown), category,
level, language, price (decimal), outcomes, requirements, skills (one a line), version (lock).
POST /teach/courses/:slug/publish, /archive, /restore (ARCHIVED to DRAFT), /modules (title),
/modules/:module (title, summary), /modules/:module/delete, /modules/:module/lessons (title, type),
/lessons/:lesson/delete, /order: either move (id) and to (up, down), or kind (module, lesson) and all ids in order
(lessons: with module). GET /teach/courses/:slug/export: the bundle (zip).
view          .slug .title .code .summary .description .level .language .priceText .currency .outcomes .requirements .skills
              (texts, one a line) .version .status .students .publicHref
view.categories.N, .languages.N   .value .label ; view.category the chosen value
view.modules.N .id .title .summary .first .last .lessons.N .id .slug .title .type .minutes .preview .first .last
               .state "published", "changed", "draft"; .done: learners with progress (then it is only archived)
view.checks.N  .ok .level "bad" (prevents publishing) or "warn" .text .href
view.canPublish --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/teach.cs" ?><?cs include!"macro/course.cs" ?>
<div class="wrap">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/teach", "{{nav.teach}}") ?></ol></nav>
<div class="pagehead"><div><h1><?cs var:view.title ?></h1><p class="row mt"><?cs call:status(view.status) ?><span class="muted small">{{course.students n=view.students total=view.students.text}}</span></p></div><div class="actions"><a class="button" href="/courses/<?cs var:view.slug ?>">{{icon.eye}}{{teach.view}}</a><a class="button" href="/teach/courses/<?cs var:view.slug ?>/export">{{icon.download}}{{teach.export}}</a></div></div>
<?cs call:error_summary() ?>
<div class="split">
<div class="stack stack-l">
<section aria-labelledby="content"><h2 id="content" class="mb">{{course.outline}}</h2><?cs
def:mover(slug, id, isfirst, islast, what) ?><form class="pair" method="post" action="/teach/courses/<?cs var:slug ?>/order"><?cs call:csrf() ?><input type="hidden" name="move" value="<?cs var:id ?>"><button class="button quiet small icon-only" name="to" value="up"<?cs if:isfirst ?> disabled<?cs /if ?> aria-label="{{teach.up}} <?cs var:what ?>">{{icon.up}}</button><button class="button quiet small icon-only" name="to" value="down"<?cs if:islast ?> disabled<?cs /if ?> aria-label="{{teach.down}} <?cs var:what ?>">{{icon.down}}</button></form><?cs /def ?><?cs
each:m = view.modules ?>
<div class="module" data-id="<?cs var:m.id ?>"><div class="modhead"><h3><?cs var:m.title ?></h3><?cs call:mover(view.slug, m.id, m.first, m.last, m.title) ?><details class="menu"><summary class="button quiet small icon-only" aria-label="{{teach.more}} <?cs var:m.title ?>">{{icon.more}}</summary><div class="panel stack stack-s"><form class="stack stack-s" method="post" action="/teach/courses/<?cs var:view.slug ?>/modules/<?cs var:m.id ?>"><?cs call:csrf() ?><label class="small" for="m-<?cs var:m.id ?>">{{teach.module.title}}</label><input class="input small" id="m-<?cs var:m.id ?>" name="title" required maxlength="120" value="<?cs var:m.title ?>"><label class="small" for="s-<?cs var:m.id ?>">{{teach.f.summary}}</label><input class="input small" id="s-<?cs var:m.id ?>" name="summary" maxlength="300" value="<?cs var:m.summary ?>"><button class="button small">{{form.save}}</button></form><hr><form method="post" action="/teach/courses/<?cs var:view.slug ?>/modules/<?cs var:m.id ?>/delete"><?cs call:csrf() ?><button class="button small danger wide">{{teach.module.delete}}</button></form></div></details></div>
<ol class="lessons" data-order="/teach/courses/<?cs var:view.slug ?>/order" data-module="<?cs var:m.id ?>"><?cs each:l = m.lessons ?><li data-id="<?cs var:l.id ?>"><span class="js handle wide-only" aria-hidden="true">{{icon.drag}}</span><?cs call:lesson_icon(l) ?><span class="grow"><a href="/teach/courses/<?cs var:view.slug ?>/lessons/<?cs var:l.slug ?>"><?cs var:l.title ?></a></span><?cs
if:l.state == "draft" ?><span class="badge warn">{{status.DRAFT}}</span><?cs elif:l.state == "changed" ?><span class="badge warn">{{teach.lesson.changed}}</span><?cs /if ?><?cs if:l.preview ?><span class="badge accent">{{lesson.preview}}</span><?cs /if ?><span class="muted small nowrap num wide-only"><?cs call:duration(l.minutes) ?></span><?cs call:mover(view.slug, l.id, l.first, l.last, l.title) ?></li><?cs /each ?></ol>
<form class="modhead" method="post" action="/teach/courses/<?cs var:view.slug ?>/modules/<?cs var:m.id ?>/lessons"><?cs call:csrf() ?><label class="sr" for="l-<?cs var:m.id ?>">{{teach.lesson.new}}</label><input class="input small grow" id="l-<?cs var:m.id ?>" name="title" required maxlength="160" placeholder="{{teach.lesson.new}}"><label class="sr" for="t-<?cs var:m.id ?>">{{teach.lesson.type}}</label><select class="input small auto" id="t-<?cs var:m.id ?>" name="type"><?cs call:types("TEXT") ?></select><button class="button small">{{icon.plus}}{{teach.add}}</button></form></div><?cs
/each ?>
<form class="row mt" method="post" action="/teach/courses/<?cs var:view.slug ?>/modules"><?cs call:csrf() ?><label class="sr" for="f-module">{{teach.module.new}}</label><input class="input grow" id="f-module" name="title" required maxlength="120" placeholder="{{teach.module.new}}"><button class="button">{{icon.plus}}{{teach.module.add}}</button></form></section>
<section aria-labelledby="facts"><h2 id="facts" class="mb">{{teach.facts}}</h2><form class="form" method="post" action="/teach/courses/<?cs var:view.slug ?>" data-guard><?cs call:csrf() ?><input type="hidden" name="version" value="<?cs var:view.version ?>">
<?cs call:field("text", "title", "{{teach.f.title}}", "", view.title, "off", #1, #120) ?>
<?cs call:area("summary", "{{teach.f.summary}}", "{{teach.f.summary.hint}}", view.summary, #2, #300) ?>
<?cs call:area("description", "{{course.about}}", "{{teach.f.markdown}}", view.description, #6, #20000) ?>
<div class="grid-2"><?cs call:field("text", "code", "{{course.code}}", "{{teach.f.code.hint}}", view.code, "off", #0, #20) ?><?cs call:field("text", "address", "{{teach.f.slug}}", "{{teach.f.slug.hint}}", view.slug, "off", #1, #100) ?></div>
<div class="grid-2"><?cs call:choose("category", "{{facet.category}}", "", view.categories, view.category) ?><div class="field"><label for="f-level">{{facet.level}}</label><select class="input" id="f-level" name="level"><option value="BEGINNER"<?cs if:view.level == "BEGINNER" ?> selected<?cs /if ?>>{{level.BEGINNER}}</option><option value="INTERMEDIATE"<?cs if:view.level == "INTERMEDIATE" ?> selected<?cs /if ?>>{{level.INTERMEDIATE}}</option><option value="ADVANCED"<?cs if:view.level == "ADVANCED" ?> selected<?cs /if ?>>{{level.ADVANCED}}</option></select></div></div>
<div class="grid-2"><?cs call:choose("language", "{{nav.language}}", "", view.languages, view.language) ?><?cs call:field("text", "price", "{{teach.f.price}}", "{{teach.f.price.hint}}", view.priceText, "off", #0, #12) ?></div>
<?cs call:area("outcomes", "{{course.outcomes}}", "{{teach.f.lines}}", view.outcomes, #4, #2000) ?>
<?cs call:area("requirements", "{{course.before}}", "{{teach.f.lines}}", view.requirements, #3, #2000) ?>
<?cs call:area("skills", "{{course.skills}}", "{{teach.f.lines}}", view.skills, #3, #1000) ?>
<div class="actions"><button class="button primary">{{form.save}}</button></div></form></section>
</div>
<aside class="aside stack" aria-label="{{teach.publishing}}">
<div class="card stack"><h2>{{teach.publishing}}</h2><?cs
if:subcount(view.checks) > #0 ?><ul class="ticks"><?cs each:k = view.checks ?><li class="<?cs if:k.ok ?>ok<?cs elif:k.level == "bad" ?>bad<?cs else ?>warn<?cs /if ?>"><?cs if:k.ok ?>{{icon.done}}<?cs else ?>{{icon.alert}}<?cs /if ?><span><?cs if:k.href ?><a href="<?cs var:url_validate(k.href) ?>"><?cs var:k.text ?></a><?cs else ?><?cs var:k.text ?><?cs /if ?></span></li><?cs /each ?></ul><?cs /if ?><?cs
if:view.status == "DRAFT" ?><?cs if:view.canPublish ?><form method="post" action="/teach/courses/<?cs var:view.slug ?>/publish"><?cs call:csrf() ?><button class="button primary wide">{{teach.publish}}</button></form><p class="small muted">{{teach.publish.hint}}</p><?cs else ?><p class="small muted">{{teach.publish.not}}</p><?cs /if ?><?cs
elif:view.status == "PUBLISHED" ?><p class="small muted">{{teach.published}}</p><form method="post" action="/teach/courses/<?cs var:view.slug ?>/archive"><?cs call:csrf() ?><button class="button danger wide">{{teach.archive}}</button></form><p class="small muted">{{teach.archive.hint}}</p><?cs
else ?><p class="small muted">{{course.archived}}</p><form method="post" action="/teach/courses/<?cs var:view.slug ?>/restore"><?cs call:csrf() ?><button class="button wide">{{teach.restore}}</button></form><?cs /if ?></div>
</aside>
</div></div>
<?cs include!"layout/foot.cs" ?>
