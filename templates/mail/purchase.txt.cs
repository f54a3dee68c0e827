Subject: {{mail.purchase.subject title=view.title}}

{{mail.hello name=view.name}}

{{mail.purchase.text title=view.title}}

{{mail.purchase.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

-- 
{{site.name}} · {{mail.foot}}
