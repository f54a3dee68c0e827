{{!-- GET, POST /teach/courses/:slug/lessons/:lesson: params title, slug, type, minutes, preview, source, version (the
one the text started from), do: "save" (a draft) or "publish". POST …/autosave: source, version; JSON answer
{savedAt}. POST …/preview: source; JSON answer {body, warnings}, as a page teach/preview.cs. POST …/delete.
view.course .slug .title ; view .id .slug .title .type .minutes .preview .source .version .state .savedAt
    .publishedAt .words ; view.recovered true when the source is the autosaved text of this person
    .warnings.N texts ; .media.N .name .url .size of the files it may use ; .previous .next .href .title --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/teach.cs" ?><?cs include!"macro/prose.cs" ?>
<div class="wrap">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/teach", "{{nav.teach}}") ?><li><a href="/teach/courses/<?cs var:view.course.slug ?>"><?cs var:view.course.title ?></a></li></ol></nav>
<div class="pagehead"><h1><?cs var:view.title ?></h1><p class="row"><?cs if:view.state == "published" ?><span class="badge good">{{status.PUBLISHED}}</span><?cs elif:view.state == "changed" ?><span class="badge warn">{{teach.lesson.changed}}</span><?cs else ?><span class="badge warn">{{status.DRAFT}}</span><?cs /if ?><a href="/courses/<?cs var:view.course.slug ?>/lessons/<?cs var:view.slug ?>">{{teach.view}}</a></p></div>
<?cs call:error_summary() ?><?cs
if:view.recovered ?><div class="alert warn mb">{{icon.info}}<p>{{teach.recovered}}</p></div><?cs /if ?>
<form class="stack stack-l" id="editor" method="post" action="/teach/courses/<?cs var:view.course.slug ?>/lessons/<?cs var:view.slug ?>" data-guard data-autosave="/teach/courses/<?cs var:view.course.slug ?>/lessons/<?cs var:view.slug ?>/autosave" data-saved="{{teach.saved}}" data-saving="{{teach.saving}}" data-unsaved="{{teach.unsaved}}"><?cs call:csrf() ?><input type="hidden" name="version" value="<?cs var:view.version ?>">
<div class="grid-2"><?cs call:field("text", "title", "{{teach.f.title}}", "", view.title, "off", #1, #160) ?><?cs call:field("text", "address", "{{teach.f.slug}}", "", view.slug, "off", #1, #100) ?></div>
<div class="row lessonfacts"><div class="field"><label for="f-type">{{teach.lesson.type}}</label><select class="input auto" id="f-type" name="type"><?cs call:types(view.type) ?></select></div><div class="field"><label for="f-minutes">{{teach.f.minutes}}</label><input class="input auto" type="number" min="0" max="6000" id="f-minutes" name="minutes" value="<?cs call:kept("minutes", view.minutes) ?>"<?cs call:described("minutes", "") ?>><?cs call:field_error("minutes") ?></div><?cs call:check("preview", "{{teach.f.preview}}", "", view.preview) ?></div>
<div class="editor two"><div class="field"><label for="f-source">{{teach.f.text}}</label><span class="hint" id="h-source">{{teach.f.markdown}}</span><textarea class="input" id="f-source" name="source" rows="24" spellcheck="true" maxlength="250000"<?cs call:described("source", "1") ?>>
<?cs call:kept("source", view.source) ?></textarea><?cs call:field_error("source") ?></div>
<section class="paper js" aria-label="{{teach.preview}}" aria-live="off" id="preview"><p class="muted">{{teach.preview.hint}}</p></section></div><?cs
if:subcount(view.warnings) > #0 ?><div class="alert warn">{{icon.alert}}<ul><?cs each:w = view.warnings ?><li><?cs var:w ?></li><?cs /each ?></ul></div><?cs /if ?>
<div class="actions savebar"><button class="button primary" name="do" value="publish">{{teach.lesson.publish}}</button><button class="button" name="do" value="save">{{teach.lesson.save}}</button><button class="button quiet" formaction="/teach/courses/<?cs var:view.course.slug ?>/lessons/<?cs var:view.slug ?>/preview" formtarget="_blank" data-preview>{{teach.preview}}</button><span class="state" role="status"><?cs if:view.savedAt ?>{{teach.saved}} <?cs call:when(view.savedAt) ?><?cs /if ?></span></div>
</form>
<div class="row row-between mtl"><span><?cs if:view.previous.href ?><a class="who" href="<?cs var:url_validate(view.previous.href) ?>">{{icon.left}} <?cs var:view.previous.title ?></a><?cs /if ?></span><span><?cs if:view.next.href ?><a class="who" href="<?cs var:url_validate(view.next.href) ?>"><?cs var:view.next.title ?> {{icon.right}}</a><?cs /if ?></span></div>
<form class="card mtl row" method="post" action="/teach/courses/<?cs var:view.course.slug ?>/lessons/<?cs var:view.slug ?>/delete"><?cs call:csrf() ?><p class="grow"><b>{{teach.lesson.delete}}</b><br><span class="muted small">{{teach.lesson.delete.hint}}</span></p><button class="button danger">{{teach.lesson.delete}}</button></form>
</div>
<?cs include!"layout/foot.cs" ?>
