{{!-- view .name .title .amount .path (address below the site) --}}<?cs include!"mail/part/head.cs" ?>
<p>{{mail.hello name=view.name}}</p>
<p>{{mail.sale.text title=view.title amount=view.amount}}</p>
<p><a class="button" href="<?cs var:page.url ?><?cs var:view.path ?>">{{mail.sale.do}}</a></p>
<p class="small">{{mail.button}}<br><?cs var:page.url ?><?cs var:view.path ?></p>
<?cs include!"mail/part/foot.cs" ?>
