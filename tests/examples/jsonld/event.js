<script type="application/ld+json">
/* <![CDATA[ */
{"@context": "https://schema.org", "@type": "Festival", "name": "Festival des Lisières",
 "startDate": "2026-06-05", "endDate": "2026-06-07", "url": "https://lisieres.test/festival",
 "location": [{"@type": "VirtualLocation", "url": "https://lisieres.test/direct"}, {"@type": "Place", "name": "Parc des Lisières", "address": {"addressLocality": "Metz"}}]}
/* ]]> */
</script>
