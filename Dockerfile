# One image; the web server, the worker, the scheduler and the migrations differ by their command.
ARG PYTHON=python:3.13-slim-trixie

FROM ${PYTHON} AS packages
RUN python -m venv --without-pip /opt/venv
COPY requirements-server.txt /build/
RUN pip --python /opt/venv/bin/python install --no-cache-dir --require-hashes \
    -r /build/requirements-server.txt

# Node comes in a wheel and stays in this stage, as do the keys that only collectstatic sees.
FROM packages AS build
COPY requirements-build.txt /build/
RUN pip --python /opt/venv/bin/python install --no-cache-dir --require-hashes \
    -r /build/requirements-build.txt
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH
RUN python -P config/assets.py && python -P config/messages.py
RUN SITE_URL=https://build.invalid \
    DATABASE_URL=postgres://build.invalid/build \
    SECRET_KEY="$(head -c 48 /dev/urandom | base64 -w0)" \
    FIELD_ENCRYPTION_KEYS="$(head -c 32 /dev/urandom | base64 -w0 | tr +/ -_)" \
    CLICK_TOKEN_KEYS="1:$(head -c 32 /dev/urandom | base64 -w0)" \
    STATIC_ROOT=/app/collected \
    python manage.py collectstatic --noinput --ignore installed \
    && rm -rf node_modules static_build \
    && python -m compileall -q .

# What makes and reads archives of the database, as new as the server of the compose file, with the
# libraries it needs beside it.
FROM postgres:18-trixie AS postgres
RUN mkdir -p /client/bin /client/lib \
    && cp /usr/lib/postgresql/18/bin/pg_dump /usr/lib/postgresql/18/bin/pg_restore /client/bin/ \
    && ldd /client/bin/pg_dump /client/bin/pg_restore | awk '$2 == "=>" {print $3}' | sort -u \
    | grep -v -E '/lib(c|m|pthread|dl|rt|resolv)\.so' | xargs -I{} cp -L {} /client/lib/

FROM ${PYTHON}
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin fairshare \
    && find / -xdev \( -name pip -o -name pip3 -o -name 'pip-*' -o -name ensurepip \) -prune -exec rm -rf {} +
COPY --from=postgres /client /opt/postgres
RUN mkdir /state /backups && chown fairshare /state /backups
COPY --from=packages /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/app/collected
WORKDIR /app
USER fairshare
EXPOSE 8000
CMD ["granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "--no-ws", \
     "--workers=2", "--blocking-threads=16", "config.wsgi:application"]
