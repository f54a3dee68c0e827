Subject: {{mail.purchase_credited.subject title=view.title}}

{{mail.hello name=view.name}}

{{mail.purchase_credited.text title=view.title}}

{{mail.purchase_credited.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

-- 
{{site.name}} · {{mail.foot}}
