{{!-- GET /courses/:slug/lessons/:lesson: one lesson.
view.course        .slug .title .percent .done .total (progress only when enrolled)
view.lesson        .slug .title .type .minutes .words .done .number .count .preview
view.body          html leaf; view.empty when there is no text yet
view.headings.N    .id .text .level (2 or 3)
view.modules.N     .title .lessons.N .slug .title .type .done .open .current
view.previous, view.next   .href .title (absent at the ends, or where not open)
view.downloads.N   .href .name .size (text)
view.attribution   .text .url .licence .licenceUrl
view.enrolled      may be marked; view.canEdit: .href of the editor in view.editHref
view.state         "" or "declared_video": has no player yet and is shown as text
--}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/course.cs" ?><?cs include!"macro/prose.cs" ?>
<div class="wrap"><div class="lesson">
<nav class="lesson-outline outline" id="outline" popover aria-label="{{lesson.outline}}">
<p class="row row-between"><a href="/courses/<?cs var:view.course.slug ?>"><b><?cs var:view.course.title ?></b></a><button class="button quiet small icon-only outline-close" popovertarget="outline" popovertargetaction="hide" aria-label="{{nav.close}}">{{icon.x}}</button></p><?cs
if:view.enrolled ?><?cs call:progress(view.course.percent, "{{course.progress}}") ?><?cs /if ?><?cs
each:m = view.modules ?><h3><?cs var:m.title ?></h3><ul class="outline-list"><?cs each:l = m.lessons ?><li<?cs if:l.done ?> class="done"<?cs /if ?>><?cs
if:l.current ?><a href="#main" aria-current="page"><?cs call:lesson_icon(l) ?><?cs var:l.title ?></a><?cs
elif:l.open ?><a href="/courses/<?cs var:view.course.slug ?>/lessons/<?cs var:l.slug ?>"><?cs call:lesson_icon(l) ?><span><?cs var:l.title ?><?cs if:l.done ?><span class="sr"> ({{lesson.done}})</span><?cs /if ?></span></a><?cs
else ?><span class="locked">{{icon.lock}}<?cs var:l.title ?></span><?cs /if ?></li><?cs /each ?></ul><?cs /each ?>
</nav>
<article class="lesson-main" aria-labelledby="title">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/courses", "{{nav.courses}}") ?><li><a href="/courses/<?cs var:view.course.slug ?>"><?cs var:view.course.title ?></a></li></ol></nav>
<header class="mb"><h1 id="title"><?cs var:view.lesson.title ?></h1>
<p class="meta mt"><span><?cs call:lesson_icon(view.lesson) ?><?cs call:lesson_type(view.lesson.type) ?></span><span>{{icon.clock}}<?cs call:duration(view.lesson.minutes) ?></span><span>{{lesson.position n=view.lesson.number total=view.lesson.count}}</span><?cs if:view.lesson.done ?><span class="badge good">{{lesson.done}}</span><?cs elif:view.lesson.preview && !view.enrolled ?><span class="badge accent">{{lesson.preview}}</span><?cs /if ?><?cs if:view.editHref ?><a href="<?cs var:url_validate(view.editHref) ?>">{{icon.edit}}{{teach.edit.text}}</a><?cs /if ?></p></header>
<button class="button small outline-open noprint" popovertarget="outline">{{icon.list}}{{lesson.outline}}</button><?cs
if:view.state == "declared_video" ?><div class="alert mt">{{icon.info}}<p>{{lesson.as_text}}</p></div><?cs /if ?>
<h2 class="sr">{{lesson.text}}</h2>
<div class="mt"><?cs if:view.empty ?><?cs call:empty("text", "{{lesson.empty}}", "{{lesson.empty.hint}}", "", "") ?><?cs else ?><?cs call:prose(view.body) ?><?cs /if ?></div><?cs
if:subcount(view.downloads) > #0 ?>
<section class="mtl" aria-labelledby="files"><h2 id="files">{{lesson.files}}</h2><ul class="list"><?cs each:d = view.downloads ?><li>{{icon.download}}<a href="<?cs var:url_validate(d.href) ?>" download><?cs var:d.name ?></a><span class="muted small"><?cs var:d.size ?></span></li><?cs /each ?></ul></section><?cs /if ?><?cs
if:view.enrolled ?>
<div class="card mtl noprint"><?cs if:view.lesson.done ?><form class="row" method="post" action="/courses/<?cs var:view.course.slug ?>/lessons/<?cs var:view.lesson.slug ?>/undone"><?cs call:csrf() ?>{{icon.done}}<b>{{lesson.done.you}}</b><button class="button quiet small push">{{lesson.undo}}</button></form><?cs
else ?><form class="row" method="post" action="/courses/<?cs var:view.course.slug ?>/lessons/<?cs var:view.lesson.slug ?>/done"><?cs call:csrf() ?><p class="grow"><b>{{lesson.finish}}</b><br><span class="muted small">{{lesson.finish.hint}}</span></p><button class="button primary push">{{icon.check}}{{lesson.mark}}</button></form><?cs /if ?></div><?cs
elif:view.lesson.preview ?>
<div class="card mtl row noprint"><p>{{lesson.preview.more}}</p><a class="button primary push" href="/courses/<?cs var:view.course.slug ?>">{{lesson.preview.course}}</a></div><?cs /if ?>
<nav class="nextprev" aria-label="{{lesson.around}}"><?cs
if:view.previous.href ?><a rel="prev" href="<?cs var:url_validate(view.previous.href) ?>"><span>{{lesson.previous}}</span><?cs var:view.previous.title ?></a><?cs /if ?><?cs
if:view.next.href ?><a class="next" rel="next" href="<?cs var:url_validate(view.next.href) ?>"><span>{{lesson.next}}</span><?cs var:view.next.title ?></a><?cs /if ?></nav><?cs
if:view.attribution.text ?>
<div class="small muted mtl"><?cs call:attribution(view.attribution.text, view.attribution.url) ?><?cs if:view.attribution.licence ?><p><?cs if:view.attribution.licenceUrl ?><a rel="license" href="<?cs var:url_validate(view.attribution.licenceUrl) ?>"><?cs var:view.attribution.licence ?></a><?cs else ?><?cs var:view.attribution.licence ?><?cs /if ?></p><?cs /if ?></div><?cs /if ?>
</article><?cs
if:subcount(view.headings) > #1 ?>
<nav class="lesson-toc toc" aria-labelledby="toc"><p class="eyebrow mb" id="toc">{{lesson.toc}}</p><?cs each:h = view.headings ?><a href="#<?cs var:h.id ?>"<?cs if:#h.level > #2 ?> class="l3"<?cs /if ?>><?cs var:h.text ?></a><?cs /each ?></nav><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
