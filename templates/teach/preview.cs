{{!-- POST /teach/courses/:slug/lessons/:lesson/preview, without script in a tab of its own:
view.title, .body (html leaf), .warnings.N --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/prose.cs" ?>
<div class="wrap"><article class="medium"><p class="badge warn mb">{{teach.preview}}</p><h1 class="mb"><?cs var:view.title ?></h1><?cs
if:subcount(view.warnings) > #0 ?><div class="alert warn mb">{{icon.alert}}<ul><?cs each:w = view.warnings ?><li><?cs var:w ?></li><?cs /each ?></ul></div><?cs /if ?>
<?cs call:prose(view.body) ?></article></div>
<?cs include!"layout/foot.cs" ?>
