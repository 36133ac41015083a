"""Let a role that owns no table make the click partitions: the function works as its owner.

Its search path is fixed to that of this migration, as for every function that lends its rights.
"""

from django.db import migrations

FORWARD = """
ALTER FUNCTION tracking_click_month(timestamptz) SECURITY DEFINER;
ALTER FUNCTION tracking_click_month(timestamptz) SET search_path FROM CURRENT;
"""
REVERSE = """
ALTER FUNCTION tracking_click_month(timestamptz) SECURITY INVOKER;
ALTER FUNCTION tracking_click_month(timestamptz) RESET search_path;
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0004_coverage")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
