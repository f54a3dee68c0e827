{{!-- Parts of the educator's pages. status(s): DRAFT PUBLISHED ARCHIVED. --}}<?cs
def:status(s) ?><?cs if:s == "PUBLISHED" ?><span class="badge good">{{status.PUBLISHED}}</span><?cs elif:s == "ARCHIVED" ?><span class="badge">{{status.ARCHIVED}}</span><?cs else ?><span class="badge warn">{{status.DRAFT}}</span><?cs /if ?><?cs /def ?><?cs

def:types(t) ?><option value="TEXT"<?cs if:t == "TEXT" ?> selected<?cs /if ?>>{{lesson.type.TEXT}}</option><option value="VIDEO"<?cs if:t == "VIDEO" ?> selected<?cs /if ?>>{{lesson.type.VIDEO}}</option><option value="INTERACTIVE"<?cs if:t == "INTERACTIVE" ?> selected<?cs /if ?>>{{lesson.type.INTERACTIVE}}</option><option value="CODING"<?cs if:t == "CODING" ?> selected<?cs /if ?>>{{lesson.type.CODING}}</option><?cs /def ?>
