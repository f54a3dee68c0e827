Subject: {{mail.receipt.subject number=view.number}}

{{mail.hello name=view.name}}

{{mail.receipt.text number=view.number}} <?cs var:view.what ?>

{{mail.receipt.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

-- 
{{site.name}} · {{mail.foot}}
