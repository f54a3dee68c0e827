{{!-- The one place where HTML is printed as it is. prose(h): h is a view_html() leaf,
made by the host's own sanitiser; nothing else may ever be given. --}}<?cs
def:prose(h) ?><div class="prose"><?cs escape:"none" ?><?cs var:h ?><?cs /escape ?></div><?cs /def ?>
