{{!-- view .name .title .amount .path (address below the site) --}}<?cs include!"mail/part/head.cs" ?>
<p>{{mail.hello name=view.name}}</p>
<p>{{mail.purchase_credited.text title=view.title}}</p>
<p><a class="button" href="<?cs var:page.url ?><?cs var:view.path ?>">{{mail.purchase_credited.do}}</a></p>
<p class="small">{{mail.button}}<br><?cs var:page.url ?><?cs var:view.path ?></p>
<?cs include!"mail/part/foot.cs" ?>
