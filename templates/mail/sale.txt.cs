Subject: {{mail.sale.subject title=view.title}}

{{mail.hello name=view.name}}

{{mail.sale.text title=view.title amount=view.amount}}

{{mail.sale.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

-- 
{{site.name}} · {{mail.foot}}
