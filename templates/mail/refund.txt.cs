Subject: {{mail.refund.subject title=view.title}}

{{mail.hello name=view.name}}

{{mail.refund.text title=view.title}}

{{mail.refund.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

-- 
{{site.name}} · {{mail.foot}}
